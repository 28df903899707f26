#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests syncweb's HTTPS: its port, and a certificate that is replaced while it serves.

Usage: island syncweb_https_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does.
"""

import http.client
import socket
import ssl
import sys
import unittest
import warnings

import networks
import syncweb_hostile_test as hostile


def certificate():
    return ssl.get_server_certificate(("127.0.0.1", hostile.TLS_PORT))


def is_replaced(before):
    try:
        return certificate() != before
    except OSError:
        return False  # connections end when it is replaced


def trusting_nobody():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Https(hostile.Hostile):
    def ask(self, context):
        connection = http.client.HTTPSConnection("127.0.0.1", hostile.TLS_PORT, timeout=5, context=context)
        connection.request("GET", "/time")
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def test_serves_by_a_certificate_that_fits_the_address(self):
        with self.hub():
            context = ssl.create_default_context(cadata=certificate())
            status, body = self.ask(context)
            self.assertEqual(status, 200)
            self.assertIn(b'"unix":', body)

    def test_refuses_old_versions_of_tls(self):
        with self.syncweb():
            context = trusting_nobody()
            context.set_ciphers("ALL:@SECLEVEL=0")
            warnings.simplefilter("ignore", DeprecationWarning)  # of these versions
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            with socket.create_connection(("127.0.0.1", hostile.TLS_PORT)) as plain:
                with self.assertRaises(OSError):
                    context.wrap_socket(plain)
            self.assertEqual(self.ask(trusting_nobody())[0], 503)

    def test_replaces_its_certificate_when_it_gets_another_address(self):
        with self.syncweb():
            before = certificate()
            self.assertEqual(certificate(), before)
            networks.ip("address", "add", "192.0.2.77/24", "dev", "lo")
            try:
                hostile.wait_until(lambda: is_replaced(before))
                self.assertEqual(self.ask(trusting_nobody())[0], 503)
            finally:
                networks.ip("address", "delete", "192.0.2.77/24", "dev", "lo")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
