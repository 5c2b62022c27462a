package dev.penstock.session.sandbox;

/**
 * Users that programs are given, in a row.
 *
 * @param first
 *            its number
 */
record Users(int first, int count) {}
