"""The committed contract files are what the code says, and what is published is complete."""

import importlib
import json
import pkgutil
import shutil
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import services
from shared.events import FACTS, TOPICS, facts_of
from shared.events.channels import document
from shared.events.export import FOLDER, contracts, differing, main
from shared.events.topology import SERVICES, Bus
from tests.contracts.files import SAMPLED, SAMPLES, Contract, loaded

DOCS = Path(__file__).parents[2] / "docs" / "events.md"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for part in ("schemas", "asyncapi"):
        shutil.copytree(FOLDER / part, tmp_path / part)
    return tmp_path


def test_the_committed_contracts_are_those_of_the_code() -> None:
    assert differing(contracts(), FOLDER) == []


def test_the_check_names_each_file_that_is_changed_missing_or_left_over(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "schemas/HazardResolved/1.json").write_text("{}\n")
    (copy / "asyncapi/hazards.json").unlink()
    (copy / "schemas/Forgotten").mkdir()
    (copy / "schemas/Forgotten/1.json").write_text("{}\n")

    with pytest.raises(SystemExit) as exit_:
        main(["--check"], copy)

    named = str(exit_.value).splitlines()[1:]
    assert named == [
        "  shared/events/asyncapi/hazards.json",
        "  shared/events/schemas/Forgotten/1.json",
        "  shared/events/schemas/HazardResolved/1.json",
    ]
    assert not capsys.readouterr().out
    main([], copy)
    assert differing(contracts(), copy) == []


def test_the_schema_of_an_earlier_major_stays(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FACTS["HazardResolved"], "major", 2)

    main([], copy)

    assert {path.name for path in (copy / "schemas/HazardResolved").iterdir()} == {"1.json", "2.json"}
    assert differing(contracts(), copy) == []


def test_the_table_of_topics_is_what_the_services_say_of_themselves() -> None:
    said = {
        found.name: importlib.import_module(f"services.{found.name}")
        for found in pkgutil.iter_modules(services.__path__)
    }

    assert SERVICES.keys() <= said.keys()
    for name, service in said.items():
        bus = SERVICES.get(name, Bus())
        assert set(bus.publishes) == set(getattr(service, "PUBLISHES", ())), name
        assert set(bus.follows) == set(getattr(service, "FOLLOWS", ())), name


def test_every_topic_has_one_publisher() -> None:
    assert sorted(topic for bus in SERVICES.values() for topic in bus.publishes) == list(TOPICS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_describes_every_fact_of_every_topic_it_sends_or_receives(service: str) -> None:
    described, bus = document(service), SERVICES[service]

    operations = {(o["action"], o["channel"]["$ref"]) for o in described["operations"].values()}
    assert operations == {("send", f"#/channels/{topic}") for topic in bus.publishes} | {
        ("receive", f"#/channels/{topic}") for topic in bus.follows
    }
    for topic, channel in described["channels"].items():
        assert channel["messages"].keys() == {fact.__name__ for fact in facts_of(topic)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_of_a_document_leads_somewhere(service: str) -> None:
    described = document(service)

    for reference in references(described):
        node = described
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


@pytest.mark.parametrize("contract", SAMPLED, ids=str)
def test_headers_and_data_of_a_sample_are_as_the_document_describes_them(contract: Contract) -> None:
    described = document("reporting")  # it follows every topic
    message = described["components"]["messages"][contract.type]
    said = loaded(SAMPLES, contract)

    for schema, value in ((message["headers"], said["headers"]), (message["payload"], said["value"])):
        whole = {**schema, "components": described["components"]}
        jsonschema_rs.validate(whole, value, validate_formats=True)
    known = described["components"]["schemas"]["Envelope"]["properties"]
    assert said["headers"].keys() <= known.keys()


@pytest.mark.parametrize("name", FACTS)
def test_the_catalogue_for_subscribers_names_every_fact_with_its_topic(name: str) -> None:
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith(f"| `{name}` |")]

    assert len(rows) == 1
    assert f"| `{FACTS[name].kafka_topic}` |" in rows[0]


def references(node: Any) -> set[str]:
    if isinstance(node, list):
        return {found for part in node for found in references(part)}
    if not isinstance(node, dict):
        return set()
    found = {reference for part in node.values() for reference in references(part)}
    return found | {node["$ref"]} if isinstance(node.get("$ref"), str) else found


def test_the_files_are_the_same_in_every_run() -> None:
    assert contracts() == contracts()
    for text in contracts().values():
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
