"""The service and the page: a small HTTP front in one process, the model and the libraries in worker processes."""
