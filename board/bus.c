// SPDX-License-Identifier: BSD-2-Clause
// Finds the device behind a guest address and serves the access under that device's lock.
#include "board/bus.h"

#include <errno.h>
#include <string.h>

int bus_add(struct bus *bus, uint64_t gpa, uint64_t size, struct dev *dev, pthread_mutex_t *lock)
{
	struct bus_window *window = bus->window;
	unsigned at = bus->count;

	if (!size || gpa + (size - 1) < gpa)
		return -EINVAL;
	while (at && window[at - 1].gpa > gpa)
		at--;
	if (at && gpa - window[at - 1].gpa < window[at - 1].size)
		return -EEXIST;
	if (at < bus->count && window[at].gpa - gpa < size)
		return -EEXIST;
	if (bus->count == BUS_WINDOWS_MAX)
		return -ENOSPC;
	memmove(&window[at + 1], &window[at], (bus->count - at) * sizeof(*window));
	window[at] = (struct bus_window){ .gpa = gpa, .size = size, .dev = dev, .lock = lock };
	bus->count++;
	return 0;
}

const struct bus_window *bus_find(const struct bus *bus, uint64_t gpa, unsigned size)
{
	const struct bus_window *window = bus->window;
	unsigned left = bus->count;

	if (!left)
		return NULL;
	while (left > 1) {
		unsigned half = left / 2;

		if (window[half].gpa <= gpa)
			window += half;
		left -= half;
	}
	return bus_within(window, gpa, size) ? window : NULL;
}

uint64_t bus_read(const struct bus_window *window, uint64_t gpa, unsigned size)
{
	uint64_t value;

	pthread_mutex_lock(window->lock);
	value = window->dev->model->read(window->dev, gpa - window->gpa, size);
	pthread_mutex_unlock(window->lock);
	return value & (UINT64_MAX >> (64 - 8 * size));
}

void bus_write(const struct bus_window *window, uint64_t gpa, unsigned size, uint64_t value)
{
	value &= UINT64_MAX >> (64 - 8 * size);
	pthread_mutex_lock(window->lock);
	window->dev->model->write(window->dev, gpa - window->gpa, size, value);
	pthread_mutex_unlock(window->lock);
}

size_t bus_input(const struct bus_window *window, const uint8_t *buf, size_t n)
{
	size_t took;

	if (!window->dev->model->input)
		return 0;
	pthread_mutex_lock(window->lock);
	took = window->dev->model->input(window->dev, buf, n);
	pthread_mutex_unlock(window->lock);
	return took;
}

bool bus_break(const struct bus_window *window)
{
	bool took;

	if (!window->dev->model->brk)
		return false;
	pthread_mutex_lock(window->lock);
	took = window->dev->model->brk(window->dev);
	pthread_mutex_unlock(window->lock);
	return took;
}

void bus_reset(const struct bus_window *window)
{
	pthread_mutex_lock(window->lock);
	window->dev->model->reset(window->dev);
	pthread_mutex_unlock(window->lock);
}

void bus_wake(const struct bus_window *window)
{
	if (!window->dev->model->wake)
		return;
	pthread_mutex_lock(window->lock);
	window->dev->model->wake(window->dev);
	pthread_mutex_unlock(window->lock);
}
