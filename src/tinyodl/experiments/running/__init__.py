"""Every trial of a configuration: here or on a cluster, and kept between runs."""
