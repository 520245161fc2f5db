"""Keras' subclass form: weights that wait for the first input."""

import tensorflow as tf
from tensorflow import keras


class Scaled(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="zeros", trainable=True)

    def call(self, x):
        return tf.matmul(x, self.kernel)


class Small(keras.Model):
    def __init__(self, classes=4):
        super(Small, self).__init__()
        self.convs = [keras.layers.Conv2D(8 * 2**i, 3, padding="same") for i in range(2)]
        self.pool = keras.layers.AveragePooling2D()
        self.flat = keras.layers.Flatten()
        self.scaled = Scaled(classes)

    def call(self, x, training=False):
        for conv in self.convs:
            x = self.pool(tf.nn.relu(conv(x)))
        return tf.nn.softmax(self.scaled(self.flat(x)))
