from workstation.domain.events import BackfillProgressed, NoticePosted
from workstation.services.bus import Bus


def test_a_fact_reaches_those_who_asked_for_its_type_in_order():
    bus, heard = Bus(), []
    bus.subscribe(NoticePosted, lambda n: heard.append(("first", n.text)))
    bus.subscribe(NoticePosted, lambda n: heard.append(("second", n.text)))
    bus.subscribe(BackfillProgressed, lambda p: heard.append(p))
    bus.publish(NoticePosted("a", "hello"))
    assert heard == [("first", "hello"), ("second", "hello")]


def test_the_bus_outlives_a_handler_that_raises_and_names_it(caplog):
    bus, heard = Bus(), []

    def broken(_notice):
        raise RuntimeError("boom")

    bus.subscribe(NoticePosted, broken)
    bus.subscribe(NoticePosted, heard.append)
    bus.publish(NoticePosted("a", "x"))
    assert len(heard) == 1
    assert "broken failed on NoticePosted" in caplog.text


def test_a_fact_published_by_a_handler_is_told_after_the_one_being_told():
    bus, heard = Bus(), []

    def answer(notice):
        heard.append(("answering", notice.text))
        if notice.text == "question":
            bus.publish(NoticePosted("a", "answer"))

    bus.subscribe(NoticePosted, answer)
    bus.subscribe(NoticePosted, lambda n: heard.append(("hearing", n.text)))
    bus.publish(NoticePosted("a", "question"))
    assert heard == [
        ("answering", "question"),
        ("hearing", "question"),
        ("answering", "answer"),
        ("hearing", "answer"),
    ]
