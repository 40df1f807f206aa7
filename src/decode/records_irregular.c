/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of records whose shape depends on their content: lists of structures that hold lists.
 *
 * A reader walks the whole part once, checking every count against the bytes that are left, and
 * keeps a view of the raw bytes. Iterators then walk that view without failing: the same step
 * function serves both, so what was checked is what is read. Cost is linear in the bytes, whatever
 * the counts say.
 *
 * Sources: sFlow v5 (extended_gateway), sFlow Host Structures (host_adapters), sFlow Optical
 * Interface Structures (sfp).
 */
#include "records_priv.h"

#define MAC_BYTES 8u /* 6 and pad */

union element {
	struct sf_as_segment segment;
	struct sf_adapter adapter;
	struct sf_lane lane;
};

/* One element, or a failed cursor and false. */
typedef bool (*step_fn)(struct record_reader *r, union element *out);

static bool as_segment_step(struct record_reader *r, union element *out)
{
	uint32_t count;

	out->segment.type = xdr_u32(&r->x);
	count = xdr_u32(&r->x);
	out->segment.as.at = record_take_counted(r, count, 4);
	out->segment.as.count = count;
	return !r->x.failed;
}

static bool adapter_step(struct record_reader *r, union element *out)
{
	out->adapter.ifindex = xdr_u32(&r->x);
	out->adapter.mac_count = xdr_u32(&r->x);
	out->adapter.macs = record_take_counted(r, out->adapter.mac_count, MAC_BYTES);
	return !r->x.failed;
}

static bool lane_step(struct record_reader *r, union element *out)
{
	struct xdr *x = &r->x;
	struct sf_lane *lane = &out->lane;

	lane->index = xdr_u32(x);
	lane->tx_bias_ua = xdr_u32(x);
	lane->tx_power_uw = xdr_u32(x);
	lane->tx_power_min_uw = xdr_u32(x);
	lane->tx_power_max_uw = xdr_u32(x);
	lane->tx_wavelength_nm = xdr_u32(x);
	lane->rx_power_uw = xdr_u32(x);
	lane->rx_power_min_uw = xdr_u32(x);
	lane->rx_power_max_uw = xdr_u32(x);
	lane->rx_wavelength_nm = xdr_u32(x);
	return !x->failed;
}

/* Check a counted list and keep a view of it. One that announces more than it holds is bad, not
 * short, and nothing of it is kept. */
static void get_list(struct record_reader *r, step_fn step, uint32_t *count, struct bytes *raw)
{
	uint32_t announced = xdr_u32(&r->x);
	const uint8_t *begin = r->x.at;
	bool has_count = !r->x.failed;
	union element one;

	for (uint32_t i = 0; i < announced && step(r, &one); i++) {
	}
	if (r->x.failed) {
		r->is_bad = r->is_bad || has_count;
		*count = 0;
		*raw = (struct bytes){ .at = r->x.end, .len = 0 };
	} else {
		*count = announced;
		*raw = (struct bytes){ .at = begin, .len = (size_t)(r->x.at - begin) };
	}
	record_field_done(r);
}

/* The next element of a list that get_list() has checked. A view that was never checked ends early
 * instead of leaving its bytes. */
static bool next_element(step_fn step, uint32_t *count, struct bytes *raw, union element *out)
{
	struct record_reader r = { .fields = 0 };

	if (*count == 0) {
		return false;
	}
	r.x = xdr_of(*raw);
	if (!step(&r, out)) {
		*count = 0;
		return false;
	}
	(*count)--;
	*raw = (struct bytes){ .at = r.x.at, .len = xdr_left(&r.x) };
	return true;
}

/* ---- 1003 extended_gateway ---- */

void record_get_as_path(struct record_reader *r, struct sf_as_path *out)
{
	get_list(r, as_segment_step, &out->segment_count, &out->raw);
}

void record_put_as_path(struct record_writer *w, const struct sf_as_path *v)
{
	record_put_counted(w, v->segment_count, v->raw);
}

bool sf_as_path_next(struct sf_as_path *path, struct sf_as_segment *out)
{
	union element one;

	if (!next_element(as_segment_step, &path->segment_count, &path->raw, &one)) {
		return false;
	}
	*out = one.segment;
	return true;
}

/* ---- 2001 host_adapters ---- */

void record_get_adapters(struct record_reader *r, struct sf_adapters *out)
{
	get_list(r, adapter_step, &out->adapter_count, &out->raw);
}

void record_put_adapters(struct record_writer *w, const struct sf_adapters *v)
{
	record_put_counted(w, v->adapter_count, v->raw);
}

bool sf_adapters_next(struct sf_adapters *list, struct sf_adapter *out)
{
	union element one;

	if (!next_element(adapter_step, &list->adapter_count, &list->raw, &one)) {
		return false;
	}
	*out = one.adapter;
	return true;
}

/* ---- 10 sfp ---- */

void record_get_lanes(struct record_reader *r, struct sf_lanes *out)
{
	get_list(r, lane_step, &out->lane_count, &out->raw);
}

void record_put_lanes(struct record_writer *w, const struct sf_lanes *v)
{
	record_put_counted(w, v->lane_count, v->raw);
}

bool sf_lanes_next(struct sf_lanes *list, struct sf_lane *out)
{
	union element one;

	if (!next_element(lane_step, &list->lane_count, &list->raw, &one)) {
		return false;
	}
	*out = one.lane;
	return true;
}
