"""Opens one workbook in a process of its own and prints its cells as JSON lines.

A few thousand malformed bytes can make any workbook library ask for all the memory there is, and a Rust library
then ends its process. So this process has limits, and only it ends. Run by :mod:`records.intake.readers.workbook`
as a script; it imports nothing of ours.

Lines: ``{"sheet": name, "start": column, "merged": [...]}``, then one list of cells a row, and at the very end
``{"end": true}``. ``{"error": code}`` instead, if the file cannot be opened.
"""

import contextlib
import datetime as dt
import json
import resource
import sys

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 300


def limit() -> None:
    """Take no more than our share; and if the machine runs short, let this process be the one that goes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
        score.write("1000")


def cell(value):
    """Return a cell as JSON keeps it: days and moments marked, everything else as it is."""
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def main(path: str) -> None:
    """Print all cells of a workbook, sheet by sheet."""
    import python_calamine

    write = sys.stdout.write
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - by its bytes: by name alone a misnamed one is not read
            book = python_calamine.load_workbook(stream)
            for name in book.sheet_names:
                try:
                    sheet = book.get_sheet_by_name(name)
                except (TypeError, python_calamine.WorksheetNotFound):
                    continue  # a chart or a macro sheet
                start = sheet.start[1] if sheet.start else 0
                write(json.dumps({"sheet": name, "start": start, "merged": sheet.merged_cell_ranges or []}) + "\n")
                for row in sheet.iter_rows():
                    while row and row[-1] in ("", None):
                        row.pop()
                    write(json.dumps([cell(value) for value in row], ensure_ascii=False) + "\n")
        write('{"end": true}\n')
    except python_calamine.PasswordError:
        write('{"error": "password"}\n')


if __name__ == "__main__":
    limit()
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogatepass")
    main(sys.argv[1])
