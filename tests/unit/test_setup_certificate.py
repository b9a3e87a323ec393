"""The development certificate is made once, is private, and says what it is."""

import stat

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from config.certificate import load_or_create_certificate


def test_made_once_private_and_marked(tmp_path):
    path = load_or_create_certificate(tmp_path)
    content = path.read_bytes()
    assert load_or_create_certificate(tmp_path).read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate(content)
    assert "DEVELOPMENT" in certificate.subject.rfc4514_string()
    assert load_pem_private_key(content, None).public_key() == certificate.public_key()
