"""The demo office: fictional parties with valid codes, for trying out and for tests."""
