"""The card of a first step stays in the window and beside what it speaks of, wherever that is."""

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize, Qt

from workstation.ui.help.first_steps_place import place_beside

ROOM = QRect(8, 8, 1264, 704)
SIZE = QSize(400, 230)

rects = st.builds(
    QRect, st.integers(-2000, 2500), st.integers(-1500, 2000), st.integers(1, 1300), st.integers(1, 800)
)


@settings(max_examples=25)
@given(target=rects, others=st.lists(rects, max_size=3))
def test_the_card_is_whole_and_its_arrow_stands_on_it(target, others):
    place = place_beside(SIZE, ROOM, target, others)
    assert ROOM.contains(place.rect)
    is_upright = place.side in (Qt.Edge.LeftEdge, Qt.Edge.RightEdge)
    assert 0 < place.along < (place.rect.height() if is_upright else place.rect.width())
    assert (place.side is None) is place.rect.intersects(target)


@settings(max_examples=25)
@given(x=st.integers(0, 1200), y=st.integers(0, 650), width=st.integers(20, 420), height=st.integers(20, 220))
def test_a_panel_that_leaves_room_beside_it_is_never_covered(x, y, width, height):
    target = QRect(x, y, width, height)
    assert not place_beside(SIZE, ROOM, target).rect.intersects(target)


def test_it_keeps_off_what_floats_over_the_window():
    target, floating = QRect(840, 40, 430, 300), QRect(400, 40, 440, 300)
    place = place_beside(SIZE, ROOM, target, [floating])
    assert not place.rect.intersects(floating)
    assert not place.rect.intersects(target)
    assert place.side is Qt.Edge.TopEdge


def places_of(room, size):
    return st.builds(
        lambda x, y: QRect(QPoint(x, y), size),
        st.integers(room.left(), room.right() + 1 - size.width()),
        st.integers(room.top(), room.bottom() + 1 - size.height()),
    )


@settings(max_examples=60)
@given(
    free=places_of(ROOM, SIZE),
    target=st.none() | rects,
    others=st.lists(rects, max_size=4),
)
def test_it_never_lies_under_anything_where_a_free_place_exists(free, target, others):
    clear = [one for one in others if not one.intersects(free)]
    place = place_beside(SIZE, ROOM, target, clear)
    assert ROOM.contains(place.rect)
    assert not any(place.rect.intersects(one) for one in clear)


def test_a_palette_over_the_middle_of_a_small_window_leaves_the_card_a_corner():
    room, palette = QRect(8, 8, 1264, 704), QRect(330, 84, 620, 415)
    place = place_beside(QSize(400, 184), room, QRect(844, 440, 436, 231), [palette])
    assert not place.rect.intersects(palette)


def test_without_a_target_it_waits_in_the_lower_left_corner():
    place = place_beside(SIZE, ROOM, None)
    assert (place.rect.bottomLeft(), place.side) == (ROOM.bottomLeft(), None)


def test_in_a_window_smaller_than_itself_its_beginning_is_seen():
    place = place_beside(SIZE, QRect(8, 8, 300, 100), QRect(0, 0, 300, 100))
    assert (place.rect.x(), place.rect.y()) == (8, 8)
