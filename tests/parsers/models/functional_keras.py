"""Keras' functional form with branches and a shortcut."""

from tensorflow.keras import Input, Model
from tensorflow.keras import layers


def tower(x, filters, size):
    x = layers.Conv2D(filters, size, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def build(classes=7):
    inputs = Input(shape=(33, 33, 3))
    x = tower(inputs, 16, 5)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    branches = [tower(x, 8, size) for size in (1, 3, 5)]
    x = layers.Concatenate()(branches)
    y = layers.SeparableConv2D(24, 3, strides=2, padding="same")(x)
    shortcut = layers.Conv2D(24, 1, strides=2)(x)
    x = layers.add([y, shortcut])
    x = layers.GlobalAveragePooling2D()(x)
    layers.Dense(99)(x)
    outputs = layers.Dense(classes, activation="softmax")(layers.Dropout(0.3)(x))
    return Model(inputs=inputs, outputs=outputs)


model = build()
model.compile(optimizer="adam", loss="categorical_crossentropy")
model.summary()
