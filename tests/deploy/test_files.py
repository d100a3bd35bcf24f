"""The files an operator deploys with: checked by the tools of their trades, and against what the code really has."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import metrics as room
from bot.metrics import Metrics, Sources
from bot.settings import Settings
from content.load import load_pack

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
SCRIPTS = Path(sys.executable).parent


def tool(name: str) -> str:
    """Return the path of a tool that comes with the system; where everything must run (CI), it may not be missing."""
    found = shutil.which(name)
    if found is None:
        sentence = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


def check(*command: str | Path, folder: Path = ROOT) -> str:
    done = subprocess.run(  # noqa: S603 - tools of this machine
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd=folder, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_dockerfile_is_clean() -> None:
    assert check(SCRIPTS / "hadolint", "Dockerfile") == ""


def test_the_container_is_not_root_and_watched() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER 10001" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert len([line for line in lines if line.startswith("FROM ")]) == 2


def test_the_readmes_docker_run_reaches_the_container_in_spite_of_the_example_settings() -> None:
    (command,) = re.findall(r"docker run .*", (ROOT / "README.md").read_text("utf-8").replace("\\\n", " "))
    assert "--env-file .env" in command
    assert "--env BOT_LISTEN=0.0.0.0:8081" in command, ".env.example listens inside the container only"


@pytest.mark.parametrize("name", ["compose.yaml", "compose.scale.yaml"])
def test_compose_files_fit_their_schema_and_close_what_need_not_be_open(name: str) -> None:
    check(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", name)
    made = yaml.safe_load((ROOT / name).read_text("utf-8"))
    mamori = made["services"]["mamori"]
    assert mamori["read_only"]
    assert mamori["cap_drop"] == ["ALL"]
    assert mamori["environment"]["BOT_LISTEN"] == "0.0.0.0:8081"
    known = {f"BOT_{field.upper()}{end}" for field in Settings.model_fields for end in ("", "_FILE")}
    assert {key for key in mamori["environment"] if key.startswith("BOT_")} <= known
    for service, parts in made["services"].items():
        if service != "proxy":
            assert all(str(port).startswith("127.0.0.1:") for port in parts.get("ports", [])), service
    for secret in made.get("secrets", {}).values():
        assert secret["file"].startswith("./secrets/")
    for mount in [mount for parts in made["services"].values() for mount in parts.get("volumes", [])]:
        source = mount.partition(":")[0]
        if source.startswith("./"):
            assert (ROOT / source).exists(), source


def test_the_workflow_fits_its_schema_and_runs_what_is_here() -> None:
    check(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", ".github/workflows/ci.yml")
    assert check(SCRIPTS / "actionlint", "-no-color", ".github/workflows/ci.yml") == ""
    made = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert made["permissions"] == {"contents": "read"}
    steps = [step["run"] for job in made["jobs"].values() for step in job["steps"] if "run" in step]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for step in steps:
        assert step.removeprefix("make ") in targets if step.startswith("make ") else os.access(ROOT / step, os.X_OK)


def test_the_kubernetes_files_fit_their_schemas() -> None:
    files = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
    check(SCRIPTS / "kubernetes-validate", "--strict", *files)
    listed = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text("utf-8"))["resources"]
    assert {*listed, "secret.example.yaml"} == {path.name for path in files}


def test_every_container_on_kubernetes_is_locked_and_probed() -> None:
    made: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes/deployment.yaml").read_text("utf-8"))
    pod = made["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    for container in [*pod["initContainers"], *pod["containers"]]:
        locked = container["securityContext"]
        assert locked["readOnlyRootFilesystem"]
        assert not locked["allowPrivilegeEscalation"]
        assert locked["capabilities"] == {"drop": ["ALL"]}
    (main,) = pod["containers"]
    assert main["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert main["readinessProbe"]["httpGet"]["path"] == "/readyz"
    secret = yaml.safe_load((DEPLOY / "kubernetes/secret.example.yaml").read_text("utf-8"))
    named = {entry["value"].rpartition("/")[2] for entry in main["env"] if entry["name"].endswith("_FILE")}
    assert named == set(secret["stringData"])


def test_the_systemd_unit_is_valid_and_tight(tmp_path: Path) -> None:
    unit = tmp_path / "mamori.service"
    text = (DEPLOY / "systemd/mamori.service").read_text("utf-8")
    assert "ExecStart=/opt/mamori/bin/mamori run" in text
    unit.write_text(re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", text, flags=re.MULTILINE), "utf-8")
    analyze = tool("systemd-analyze")
    assert "mamori.service" not in check(analyze, "verify", unit)
    check(analyze, "security", "--offline=true", "--threshold=20", unit)


def existing_metrics() -> set[str]:
    metrics = Metrics()
    pack = load_pack()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    metrics.watch(Sources(lambda: pack, lambda: now, lambda: True, lambda: 0, lambda: 0, lambda: 0.0, lambda: 0.0))
    families = re.findall(r"^# TYPE (\w+) (\w+)", metrics.render().decode(), re.MULTILINE)
    names = set()
    for name, kind in families:
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


def expressions() -> list[tuple[str, str]]:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    panels = json.loads((DEPLOY / "grafana/mamori.json").read_text("utf-8"))["panels"]
    return [
        *((rule["alert"], rule["expr"]) for rule in rules),
        *((panel["title"], target["expr"]) for panel in panels for target in panel["targets"]),
    ]


def test_alerts_and_dashboard_ask_only_for_metrics_that_exist() -> None:
    known = existing_metrics()
    used = {name for _, text in expressions() for name in re.findall(r"\b(?:mamori|process)_\w+", text)}
    assert used - known == set()
    ours = {name for name in known if name.startswith("mamori_") and not name.endswith(("_created", "_sum", "_count"))}
    assert ours - used == set(), "nobody looks at these"


def test_alerts_and_dashboard_ask_only_for_label_values_that_exist() -> None:
    sets = {
        "kind": {*room.UPDATE_KINDS, *room.ANSWERS},
        "lane": {*room.LANES},
        "fate": {*room.FATES},
        "outcome": {*room.TIPS},
        "result": {*room.RELOADS},
        "freshness": {*room.FRESHNESS},
        "job": {"mamori"},
    }
    for where, text in expressions():
        for label, values in re.findall(r'(\w+)(?:=|=~|!=)"([^"]*)"', text):
            assert set(values.split("|")) <= sets[label], f"{where}: {label}={values}"


def test_every_alert_says_what_to_do() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    for rule in rules:
        assert set(rule["annotations"]) == {"summary", "advice"}
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_prometheus_takes_the_rules_and_they_fire_when_they_should() -> None:
    promtool = tool("promtool")
    check(promtool, "check", "config", "prometheus.yml", folder=DEPLOY / "prometheus")
    check(promtool, "test", "rules", "alerts.test.yml", "helplines.test.yml", folder=DEPLOY / "prometheus")


def test_every_alert_is_played_once_silent_and_once_firing() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
    silent: set[str] = set()
    firing: set[str] = set()
    for file in (DEPLOY / "prometheus").glob("*.test.yml"):
        for played in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            for case in played["alert_rule_test"]:
                (firing if case["exp_alerts"] else silent).add(case["alertname"])
            for case in played.get("promql_expr_test", []):
                firing |= {name for sample in case["exp_samples"] for name in re.findall(r'"(\w+)"', sample["labels"])}
    assert silent == firing == {rule["alert"] for rule in rules}


def test_the_dashboard_has_no_two_panels_in_one_place() -> None:
    panels = json.loads((DEPLOY / "grafana/mamori.json").read_text("utf-8"))["panels"]
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        own = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert not own & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        cells |= own


def test_the_page_for_operators_lists_every_metric_and_no_other() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(mamori_\w+)` \|", page, re.MULTILINE))
    metrics = existing_metrics()
    families = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in metrics}
    assert listed == {name for name in families if name.startswith("mamori_")}
