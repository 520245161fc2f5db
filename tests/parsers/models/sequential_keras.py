"""Keras' Sequential, filled in a loop."""

from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, MaxPooling2D
from keras.models import Sequential

model = Sequential(name="small")
model.add(Conv2D(6, (3, 3), activation="relu", input_shape=(30, 30, 1)))
for filters in [12, 24]:
    model.add(Conv2D(filters, 3, strides=2, padding="same"))
model.add(Conv2DTranspose(10, 3, strides=2, padding="same"))
model.add(MaxPooling2D())
model.add(Flatten())
model.add(Dense(units=5))
