"""The docket that takes deliveries as well (`conformance.reference.delivering`)."""

from conformance.reference.delivering import DeliveringReference

ADAPTER = DeliveringReference
