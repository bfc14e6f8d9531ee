"""The ground floor: what every other room uses, and that uses none of them."""

VERSION = "0.2.0"
