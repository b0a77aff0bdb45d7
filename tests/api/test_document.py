"""What the document says is what is answered: questions drawn from it at random, and the answers held against it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance,
    checks.response_schema_conformance, checks.negative_data_rejection, checks.unsupported_method,
]  # fmt: skip
"""Not that whatever fits the schema is taken: a day that is over, or a task that nobody has, fits it too."""
EXAMPLES = 20


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", ["/api/v1/who-may", "/api/v1/may"])
def test_every_answer_is_as_the_document_says(asking, path, mode):
    _key, token = asking.key()
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", asking.app)
    cases = document[path]["GET"].as_strategy(mode)

    @given(cases)
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def ask(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    ask()


def test_answers_about_what_there_is_are_as_the_document_says(asking):
    _key, token = asking.key()
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", asking.app)
    answers = {
        "/api/v1/who-may": [asking.who_may(token), asking.who_may(""), asking.who_may(token, unit=999)],
        "/api/v1/may": [asking.may(one, token) for one in (asking.karen, asking.camilla, asking.soren, asking.outside)],
    }
    for path, some in answers.items():
        for answer in some:
            document[path]["GET"].validate_response(answer)
    assert [answer.status_code for some in answers.values() for answer in some] == [200, 401, 404, 200, 200, 200, 404]


def test_the_document_needs_no_key_names_every_problem_and_fetches_nothing(asking):
    asking.world.session.commit()
    answer = asking.get("openapi.json")
    document = answer.json
    assert document["openapi"].startswith("3.1")
    for path in ("/api/v1/who-may", "/api/v1/may"):
        answers = document["paths"][path]["get"]["responses"]
        assert set(answers) >= {"200", "400", "401", "403", "404", "405", "422", "429"}
        assert document["paths"][path]["get"]["security"] == [{"key": []}]
    assert "://" not in answer.text
