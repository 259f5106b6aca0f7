"""Who may import whom, and where what lies: the layout that every file of the platform keeps to."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Every service has its place from the start; the work on these has not begun.
NOT_BEGUN = {"notifications", "programme"}
# The rules of shared/ that are pure: every domain speaks in their terms.
PURE = ("shared.events", "shared.codes")
# The store's own modules of shared/: its door, its reads, what streams, relays and projections keep in it,
# and how a service waits for it.
ON_MONGODB = (
    "shared.lookup",
    "shared.mongo",
    "shared.places",
    "shared.projection",
    "shared.relay",
    "shared.stream",
    "shared.working",
)
ON_KAFKA = (
    "shared.alive",
    "shared.deadletter",
    "shared.fetched",
    "shared.kafka",
    "shared.projection",
    "shared.relay.topics",
    "shared.sender",
    "shared.severed",
    "shared.topic_answers",
    "shared.topic_faults",
    "shared.topics",
)
# What a consumer does after our own bug is decided here: try again, then park the case.
LAST_RESORT = {
    "shared.projection.cases",
    "shared.projection.deciding",
    "shared.projection.failures",
    "shared.projection.lane",
}


@dataclass(frozen=True)
class Module:
    """One file of the platform."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Its dotted name; a package is named without ``__init__``."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        """What it says."""
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imports(self) -> set[str]:
        """Every module that it imports, also inside functions; ``from a import b`` counts as ``a.b`` too."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name} imports by a relative name"
                source = node.module or ""
                found |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
        return found

    @property
    def service(self) -> str:
        """The service that it belongs to."""
        return self.name.split(".")[1]

    def lies_in(self, *packages: str) -> bool:
        """Whether it is one of these, or in one of them."""
        return within(self.name, *packages)

    def uses(self, *packages: str) -> list[str]:
        """Return what it imports of these packages."""
        return sorted(name for name in self.imports if within(name, *packages))


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def modules(folder: str) -> list[Module]:
    return [Module(path) for path in sorted((ROOT / folder).rglob("*.py"))]


SHARED, SERVICES, DEPLOY, TESTS = (modules(folder) for folder in ("shared", "services", "deploy", "tests"))
CODE = SHARED + SERVICES + DEPLOY
BEGUN = sorted({module.service for module in SERVICES if "." in module.name} - NOT_BEGUN)


def test_a_service_knows_no_other_service() -> None:
    for module in SERVICES:
        others = [
            f"services.{name}" for name in (*BEGUN, *NOT_BEGUN) if f"services.{name}" not in own(module)
        ]
        assert not module.uses(*others), module.name


def own(module: Module) -> str:
    return ".".join(module.name.split(".")[:2])


def test_what_is_shared_knows_nobody_who_uses_it() -> None:
    assert [module.name for module in SHARED if module.uses("services", "deploy", "tests")] == []


def test_nothing_that_is_shipped_needs_the_tests_and_no_service_needs_its_deployment() -> None:
    assert [module.name for module in CODE if module.uses("tests")] == []
    assert [module.name for module in SERVICES if module.uses("deploy")] == []


def test_rules_are_pure() -> None:
    impure = [
        (module.name, name)
        for module in SERVICES
        if module.lies_in(f"{own(module)}.domain")
        for name in module.imports
        if not within(name, *PURE, f"{own(module)}.domain")
        and name.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert impure == []


def test_the_vocabulary_that_rules_speak_needs_no_server() -> None:
    beneath = [module for module in SHARED if module.lies_in(*PURE)]
    assert beneath
    for module in beneath:
        others = {name for name in module.imports if within(name, "shared") and not within(name, *PURE)}
        assert not others, module.name
        assert not module.uses("motor", "pymongo", "bson", "aiokafka", "faststream", "fastapi"), module.name


def test_the_driver_that_will_be_replaced_has_one_door() -> None:
    assert [module.name for module in CODE if module.uses("motor")] == ["shared.mongo"]


def test_only_stores_speak_to_mongodb() -> None:
    for module in SHARED + SERVICES:
        if module.uses("pymongo", "bson"):
            assert module.lies_in(*ON_MONGODB, f"{own(module)}.store"), module.name


def test_only_the_kafka_edge_speaks_to_kafka() -> None:
    for module in SHARED + SERVICES:
        if module.uses("aiokafka", "faststream"):
            assert module.lies_in(*ON_KAFKA, f"{own(module)}.bus"), module.name


def test_only_the_http_edge_speaks_http() -> None:
    inner = ("bus", "domain", "store")
    for module in SERVICES:
        if module.uses("fastapi", "starlette"):
            assert not module.lies_in(*(f"{own(module)}.{part}" for part in inner)), module.name


def test_the_environment_is_read_by_the_settings_and_by_what_deploys() -> None:
    read = {
        module.name
        for module in SHARED + SERVICES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"}
    }
    assert read <= {"shared.settings"}


def test_nothing_catches_every_exception_except_what_decides_for_a_consumer() -> None:
    caught = {module.name for module in CODE for kind in caught_by(module) if kind == "Exception"}
    assert caught == LAST_RESORT


def test_what_catches_even_an_interruption_lets_it_go_on() -> None:
    for module in CODE:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and "BaseException" in kinds(node.type):
                last = node.body[-1]
                assert isinstance(last, ast.Raise), module.name
                assert last.exc is None, module.name


def caught_by(module: Module) -> Iterator[str]:
    """Yield the name of every exception that the module catches or suppresses."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            # A bare ``except`` catches them all.
            yield from kinds(node.type) or {"Exception"}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
            yield from (ast.unparse(kind) for kind in node.args)


def kinds(caught: ast.expr | None) -> set[str]:
    if caught is None:
        return set()
    return {ast.unparse(kind) for kind in (caught.elts if isinstance(caught, ast.Tuple) else [caught])}


def test_every_file_says_what_it_is() -> None:
    assert [module.name for module in CODE + TESTS if not ast.get_docstring(module.tree)] == []


@pytest.mark.parametrize("service", BEGUN)
def test_a_service_is_where_the_design_says(service: str) -> None:
    home = ROOT / "services" / service
    parts = {path.stem for path in home.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    assert {"__init__", "__main__", "app", "api", "bus", "domain", "store"} <= parts
    said = {
        target.id
        for node in Module(home / "__init__.py").tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    assert {"OWNS", "PUBLISHES", "FOLLOWS"} <= said


def test_a_place_that_is_kept_free_pretends_nothing() -> None:
    kept = [module for module in SERVICES if "." in module.name and module.service in NOT_BEGUN]

    for module in kept:
        assert len(module.tree.body) == 1, f"{module.name} has begun: take it off the list"
