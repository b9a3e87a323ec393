"""The development certificate: what signs until an office installs its own (nothing formal is signed with it)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "development-certificate.pem"
YEARS = 10


def load_or_create_certificate(state_dir: Path) -> Path:
    """Return the file with an EC P-256 key and its self-signed certificate, making it at the first start.

    It carries "DEVELOPMENT" in its name, so that nobody mistakes what it signs for the office's. The file is
    readable by our account only and written whole or not at all.
    """
    path = state_dir / NAME
    if path.exists():
        return path
    state_dir.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Xinxiu DEVELOPMENT, not an office")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .sign(key, hashes.SHA256())
    )
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    draft.replace(path)
    return path
