"""What the environment must say before anything starts."""

import stat
from pathlib import Path

import pytest

from competence.config import ConfigError, Settings, load

SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
OPEN = {"HOST": "0.0.0.0", "SECRET_KEY": SECRET, "PUBLIC_URL": "https://kompetence.example", "TRUSTED_PROXIES": "1"}


def from_environment(folder: Path, **environment: str) -> Settings:
    return load(environment, folder=folder)


def test_a_fresh_checkout_needs_no_setting(tmp_path: Path):
    settings = from_environment(tmp_path)
    assert settings.database_url == settings.database_owner_url == f"sqlite:///{tmp_path / 'kompetencetavlen.db'}"
    assert settings.address == "http://127.0.0.1:8000"
    assert not settings.cookies_are_secure


def test_the_secret_is_made_once_and_kept_for_oneself(tmp_path: Path):
    first = from_environment(tmp_path).secret_key
    assert from_environment(tmp_path).secret_key == first
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_server_that_others_reach_makes_no_secret_of_its_own(tmp_path: Path):
    with pytest.raises(ConfigError, match="SECRET_KEY is missing"):
        from_environment(tmp_path, **{**OPEN, "SECRET_KEY": ""})
    assert not (tmp_path / "secret").exists()


@pytest.mark.parametrize("weak", ["short", "a" * 64, "secret" * 3])
def test_a_weak_secret_stops_the_start(tmp_path: Path, weak: str):
    with pytest.raises(ConfigError, match="too weak"):
        from_environment(tmp_path, SECRET_KEY=weak)


@pytest.mark.parametrize(
    "less", [{"PUBLIC_URL": ""}, {"TRUSTED_PROXIES": "0"}, {"PUBLIC_URL": "", "TRUSTED_PROXIES": ""}], ids=str
)
def test_a_host_that_others_reach_needs_https_and_a_proxy(tmp_path: Path, less: dict[str, str]):
    with pytest.raises(ConfigError, match="must not travel in clear"):
        from_environment(tmp_path, **{**OPEN, **less})


def test_behind_a_proxy_cookies_are_secure(tmp_path: Path):
    assert from_environment(tmp_path, **OPEN).cookies_are_secure


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_this_machine_alone_is_loopback(tmp_path: Path, host: str):
    assert from_environment(tmp_path, HOST=host).is_loopback


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("PORT", "70000"), ("THREADS", "-1"), ("PUBLIC_URL", "kompetence.example"),
        ("PUBLIC_URL", "http://kompetence.example"), ("DATABASE_URL", "nonsense"), ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "sqlite:///:memory:"), ("SMTP_URL", "mail.example"), ("FILE_SCANNER", "clamdscan '-"),
    ],
)  # fmt: skip
def test_each_wrong_setting_is_named(tmp_path: Path, name: str, value: str):
    with pytest.raises(ConfigError, match=name):
        from_environment(tmp_path, **{name: value, "SECRET_KEY": SECRET})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_opened_by_psycopg(tmp_path: Path, scheme: str):
    assert (
        from_environment(tmp_path, DATABASE_URL=f"{scheme}://app:pw@db/kt").database_url
        == "postgresql+psycopg://app:pw@db/kt"
    )
