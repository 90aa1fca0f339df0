"""One-hot rows are made as a batch passes."""

import keras
import numpy as np

from seqsent.layers import OneHot


def test_ids_become_rows() -> None:
    rows = keras.ops.convert_to_numpy(OneHot(4)(np.array([[0, 3], [2, 2]], dtype=np.int32)))
    np.testing.assert_array_equal(rows, np.eye(4)[[[0, 3], [2, 2]]])


def test_the_shape_is_known_beforehand() -> None:
    assert OneHot(4).compute_output_shape((None, 7)) == (None, 7, 4)
    assert OneHot(4)(keras.Input((7,), dtype="int32")).shape == (None, 7, 4)


def test_the_layer_survives_its_configuration() -> None:
    layer = OneHot(4, name="rows")
    again = OneHot.from_config(layer.get_config())
    assert (again.input_dim, again.name) == (4, "rows")
