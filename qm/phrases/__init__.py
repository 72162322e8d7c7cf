"""The phrase library and the words of queues."""
