/* Finding a district or a pairing by its name in Chinese, by pinyin (whole, initials, a mixture), or in English.

   The words come from the server once a run; matching and ranking is done here, for any number of pairings. */
(function () {
  "use strict";
  const bordergap = (window.bordergap = window.bordergap || {});
  const calls = (bordergap.calls = bordergap.calls || {});
  const functions = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  const none = () => window.dash_clientside.no_update;
  const OF_DISTRICT = "district:"; // before the id of a district in the box, which no pairing has
  const NO_MATCH = 9;
  let entries = new Map(); // value of an option -> what it is searched by
  let words = {};
  let failed = false; // the words did not come; whoever turns to the box tries again

  /* Letters alone, small, without accents: what is typed and what it is compared with. */
  const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, " ").trim();
  const joined = (text) => text.replaceAll(" ", "");

  /* Whether `typed` from place `at` on spells the characters from `start` on: of each the first letters, or all. */
  function spells(readings, start, typed, at) {
    if (at === typed.length) return true;
    if (start === readings.length) return false;
    return readings[start].some((reading) => {
      let same = 0;
      while (same < reading.length && at + same < typed.length && reading[same] === typed[at + same]) same += 1;
      for (let length = same; length > 0; length -= 1) if (spells(readings, start + 1, typed, at + length)) return true;
      return false;
    });
  }

  /* How well one name answers: 0 it is that name, 1 it begins so, 2 its pinyin does, 3 a word of it does, 5 it is within. */
  function rankOfName(name, typed) {
    const plain = joined(name);
    if (plain === typed) return 0;
    if (plain.startsWith(typed)) return 1;
    if (name.split(" ").some((word) => word.startsWith(typed))) return 3;
    return plain.includes(typed) ? 5 : NO_MATCH;
  }
  function rankOfSpelling(readings, typed) {
    if (!readings.length || !/^[a-z]+$/.test(typed)) return NO_MATCH;
    if (spells(readings, 0, typed, 0)) return 2;
    return readings.some((_, start) => spells(readings, start, typed, 0)) ? 4 : NO_MATCH;
  }
  const rankOf = (entry, typed) =>
    Math.min(rankOfSpelling(entry.readings, typed), ...entry.names.map((name) => rankOfName(name, typed)));

  const asEntry = (names, spelt) => ({
    names: names.filter(Boolean).map(folded), readings: (spelt || []).map((syllable) => syllable.split("|")),
  });

  /* Ranks of all districts for what was typed, as a whole or word by word; a pairing answers by its members. */
  function ranked(search) {
    const typed = folded(search);
    const whole = joined(typed);
    const parts = typed.split(" ");
    const districts = [...entries.values()].filter((entry) => entry.isDistrict);
    const byTyped = new Map();
    const ranks = (text) => {
      if (!byTyped.has(text)) byTyped.set(text, districts.map((entry) => rankOf(entry, text)));
      return byTyped.get(text);
    };
    return (entry) => {
      if (entry.isDistrict) return ranks(whole)[entry.place];
      const own = rankOf(entry, whole);
      const one = Math.min(NO_MATCH, ...entry.parts.map((place) => ranks(whole)[place]));
      if (parts.length < 2) return Math.min(own, one);
      // Each word another member: "kaizhou yunyang".
      const left = new Set(entry.parts);
      const each = parts.map((text) => {
        const rank = ranks(text);
        let best; // of a group of thousands: no sorting for one
        left.forEach((place) => (best = best === undefined || rank[place] < rank[best] ? place : best));
        left.delete(best);
        return best === undefined ? NO_MATCH : rank[best];
      });
      return Math.min(own, one, Math.max(...each));
    };
  }

  /* The options that answer, best first: Mantine asks at every letter. What is chosen already is no question. */
  function search(values, asked, limit) {
    const state = bordergap.now();
    const chosen = entries.get(foundIn(state) || state.pairing);
    if (!folded(asked) || (chosen && chosen.label === asked)) return values.filter((value) => !value.startsWith(OF_DISTRICT)).slice(0, limit);
    const rank = ranked(asked);
    const found = values.map((value, order) => ({ value, order, rank: entries.has(value) ? rank(entries.get(value)) : NO_MATCH }));
    return found.filter((each) => each.rank < NO_MATCH)
      .sort((a, b) => a.rank - b.rank || size(a.value) - size(b.value) || a.order - b.order)
      .slice(0, limit).map((each) => each.value);
  }
  /* Districts before pairings, pairs before groups, which hold so many names that they answer to anything. */
  const size = (value) => (value.startsWith(OF_DISTRICT) ? 0 : entries.get(value).parts.length);

  functions.findOptions = function ({ options, search: asked, limit }) {
    const byValue = new Map(options.map((option) => [option.value, option]));
    return search([...byValue.keys()], asked, limit).map((value) => byValue.get(value));
  };
  /* Options whose values are districts, those that answer; the others too while the box shows what it holds. */
  function amongDistricts(options, asked) {
    const typed = joined(folded(asked));
    if (!typed) return options;
    const holds = options.some((option) => option.label === asked);
    const rank = (option) => rankOf(entries.get(OF_DISTRICT + option.value) || asEntry([option.label]), typed);
    const found = options.map((option, order) => ({ option, order, rank: rank(option) }));
    return found.filter((each) => holds || each.rank < NO_MATCH).sort((a, b) => a.rank - b.rank || a.order - b.order).map((each) => each.option);
  }

  functions.findOption = function ({ option }) {
    const entry = entries.get(option.value) || {};
    const element = window.React.createElement;
    return element("span", { className: "find-option" },
      element("span", { className: "line-text" }, option.label),
      element("span", { className: "count" }, entry.about || ""));
  };

  calls.find = async function (overview, boot) {
    if (!overview) return none();
    words = boot.words;
    try {
      const body = await bordergap.body(boot.addresses.find);
      entries = new Map();
      body.districts.forEach(([id, name, other, spelt, count], place) =>
        entries.set(OF_DISTRICT + id, Object.assign(asEntry([name, other], spelt), {
          isDistrict: true, place, label: name, about: bordergap.say(boot, "find.pairs_of", { count }),
        })));
      body.pairings.forEach(([id, name, kind, worst, parts, own, spelt]) =>
        entries.set(id, Object.assign(asEntry([name, own], spelt), {
          parts, label: name, about: kind === "adjacent" ? (worst === null ? words[boot.bare ? "overview.nothing" : "find.no_gaps"] : worst.toFixed(1)) : words[`kind.${kind}`],
        })));
      failed = false;
    } catch (error) {
      failed = true;
      bordergap.tell(boot, "again.find");
    }
    return [...entries].map(([value, entry]) => ({ value, label: entry.label }));
  };

  document.addEventListener("focusin", (event) => {
    if (failed && event.target.id === "find") bordergap.again("find");
  });

  (bordergap.picks = bordergap.picks || {})["find.value"] = function (value) {
    if (!bordergap.isChosen("find", value)) return;
    const state = bordergap.now();
    if (!value) {
      if (state.district) bordergap.go({ district: "" });
    } else if (value.startsWith(OF_DISTRICT)) {
      bordergap.go({ page: "overview", pairing: "", gap: "", district: value.slice(OF_DISTRICT.length) }, true);
    } else {
      bordergap.open(value);
    }
  };

  /* What the box shows of a state. */
  const foundIn = (state) => (state.page === "pairing" ? state.pairing : state.page === "overview" && state.district ? OF_DISTRICT + state.district : null);
  /* Whether a pairing has a district among its members. */
  function hasDistrict(pairing, district) {
    const entry = entries.get(pairing);
    const wanted = entries.get(OF_DISTRICT + district);
    return Boolean(entry && wanted && entry.parts.includes(wanted.place));
  }
  const nameOfDistrict = (district) => (entries.get(OF_DISTRICT + district) || {}).label || district;

  Object.assign(bordergap, { isFindable: () => entries.size > 0, search: (asked, limit) => search([...entries.keys()], asked, limit), foundIn, hasDistrict, nameOfDistrict, amongDistricts });
})();
