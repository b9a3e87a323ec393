"""``manage.py serve``: the whole installation under one supervisor (``make run`` calls it)."""

import os
import time
import urllib.error
import urllib.request

import environ
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.translation import gettext as _

from config import programs
from config.errors import CannotStart, database_sentences
from config.libraries import missing_packages
from config.prepare import prepare
from config.supervisor import Program, Supervisor
from config.watch import start_watching, watch_worker

env = environ.Env()


class Command(BaseCommand):
    help = "启动全部程序：网站、任务进程，以及（DEMO=1 时）演示平台。环境变量见 docs/operations.md。"
    requires_system_checks = []

    def handle(self, **options):
        packages = missing_packages()
        if packages:
            raise CannotStart(
                _("缺少系统库，文书无法生成。请安装：apt-get install %(packages)s") % {"packages": " ".join(packages)}
            )
        host, port = env.str("HOST", default="127.0.0.1"), env.str("PORT", default="8000")
        wanted = set(env.list("PROGRAMS", default=[programs.WEB, programs.WORKER]))
        demo = env.bool("DEMO", default=False)
        listener = programs.listen(host, port) if programs.WEB in wanted else None

        prepare(self._say)
        receiver = self._demo() if demo else None
        connections.close_all()

        chosen = [
            programs.web(listener) if listener else None,
            programs.worker() if programs.WORKER in wanted else None,
            receiver,
        ]
        supervisor = Supervisor([program for program in chosen if program], say=self._say)
        if programs.WORKER in wanted:
            start_watching(watch_worker, supervisor)
        if listener:
            start_watching(self._announce, supervisor, host, port)
        else:
            supervisor.ready = True
        raise SystemExit(supervisor.run())

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _demo(self) -> Program:
        """Load the demo office, print its logins, and give its platform's program."""
        port = env.int("RECEIVER_PORT", default=0) or programs.free_port(9100)
        os.environ["RECEIVER_PORT"] = str(port)  # where the demo registers its platform
        with database_sentences():
            call_command("demo", stdout=self.stdout)
        return programs.receiver(port)

    def _announce(self, supervisor: Supervisor, host: str, port: str) -> None:
        """Print ``ready:`` as soon as a page has really been answered."""
        reach = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        address = f"http://{reach}:{port}/"
        while not supervisor.stopping:
            status = _status(address)
            if status and status < 500:
                supervisor.ready = True
                self._say(f"ready: {address}")
                return
            if status:
                self._say(_("首页返回 %(status)s，原因见日志。") % {"status": status})
                supervisor.stop(exit_code=1)
                return
            time.sleep(0.05)


def _status(address: str) -> int | None:
    """Ask for a page; give the status of the answer, None if there was none."""
    request = urllib.request.Request(address, headers={"User-Agent": "xinxiu-serve"})  # noqa: S310 - our own address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
