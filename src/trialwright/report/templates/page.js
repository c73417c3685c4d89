"use strict";
(() => {
  const FIRST_ROWS = 50;
  const MANY_PATIENTS = 50; // beyond, an opened patient is laid out only when it comes into view
  const page = document.documentElement;
  const isNarrow = window.matchMedia("(max-width: 640px)");
  let evidence = null; // parsed when the first number is opened
  let panel = null;
  let opened = null; // the number whose panel is shown

  page.classList.add("js");

  // ---- small parts -------------------------------------------------------------------------

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

  const print = (value) => {
    if (value === null || value === undefined || value === "") return "";
    if (Array.isArray(value)) return value.map(print).join(", ");
    if (typeof value === "object") {
      return Object.entries(value).map(([name, item]) => `${name}: ${print(item)}`).join("; ");
    }
    return typeof value === "number" ? String(value).replace(/^-/, "\u2212") : String(value);
  };

  const copy = async (text, button) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { value: text, style: "position:fixed;opacity:0" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      button.focus();
    }
    const name = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = name; }, 1500);
  };

  const quote = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  const save = (rows, name) => {
    const text = `\ufeff${rows.map((row) => row.map(quote).join(",")).join("\r\n")}\r\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", { href: address, download: `${name.replace(/\.csv$/, "").replace(/[^\w.-]+/g, "-")}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  const tabbed = (rows) => rows
    .map((row) => row.map((value) => String(value ?? "").replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");

  const addTools = (place, getRows, name, what) => {
    const copying = make("button", { type: "button", ariaLabel: `Copy ${what}` }, "Copy");
    const saving = make("button", { type: "button", ariaLabel: `Download ${what} as CSV` }, "CSV");
    copying.addEventListener("click", () => copy(tabbed(getRows()), copying));
    saving.addEventListener("click", () => save(getRows(), name));
    place.append(copying, saving);
  };

  // ---- what a number opens -----------------------------------------------------------------

  const readEvidence = () => {
    evidence ??= JSON.parse(document.getElementById("evidence").textContent);
    return evidence;
  };

  const expand = (ranges) => ranges.split(",").filter(Boolean).flatMap((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  });

  /** The rows of one list: those columns that say anything, the subject first. */
  const gather = ([key, ranges, total]) => {
    const table = readEvidence().tables[key] ?? { columns: [], rows: {}, sha256: "" };
    const numbers = expand(ranges).filter((number) => number in table.rows);
    const isTold = (place) => numbers.some((number) => print(table.rows[number][place]) !== "");
    const places = table.columns.map((_, place) => place).filter(isTold);
    const subject = table.columns.indexOf("USUBJID");
    places.sort((a, b) => (b === subject) - (a === subject));
    return {
      name: key.slice(2),
      sha256: table.sha256,
      total,
      columns: places.map((place) => table.columns[place]),
      rows: numbers.map((number) => [number, ...places.map((place) => table.rows[number][place])]),
    };
  };

  const showRows = (list) => {
    const { name, rows, columns, total, sha256 } = gather(list);
    const head = ["Row", ...columns];
    const body = make("tbody");
    const isNumeric = head.map((_, place) =>
      rows.every((row) => row[place] === null || typeof row[place] === "number"));
    const addRows = (some) => body.append(...some.map((row) => make("tr", {}, ...row.map(
      (value, place) => (place
        ? make("td", { className: isNumeric[place] ? "n" : "", title: print(value) }, print(value))
        : make("th", { scope: "row" }, String(value)))))));
    addRows(rows.slice(0, FIRST_ROWS));

    const tools = make("div");
    addTools(tools, () => [head, ...rows], name, `the rows of ${name}`);
    const titles = head.map((column, place) =>
      make("th", { scope: "col", className: isNumeric[place] ? "n" : "" }, column));
    const part = make("div", { className: "rows" },
      make("div", { className: "rows-head" }, make("h4", {}, name),
        make("span", {}, count(total, "row")), tools),
      make("div", { className: "frame", tabIndex: 0, role: "region", ariaLabel: `Rows of ${name}` },
        make("table", {}, make("thead", {}, make("tr", {}, ...titles)), body)));
    if (rows.length > FIRST_ROWS) {
      const more = make("button", { type: "button" }, `Show all ${rows.length.toLocaleString("en")}`);
      more.addEventListener("click", () => {
        addRows(rows.slice(FIRST_ROWS));
        part.querySelector(".frame").focus();
        more.remove();
      });
      part.append(more);
    }
    if (rows.length < total) {
      part.append(make("p", { className: "quiet" }, `This page holds ${rows.length.toLocaleString("en")} of them.`));
    }
    if (sha256) part.append(make("p", { className: "quiet" }, `SHA-256 ${sha256}`));
    return part;
  };

  const showLists = (title, places, shown) => {
    if (!places.length) return [];
    const key = `${title} ${places}`;
    if (shown.has(key)) return [make("p", { className: "quiet" }, `${title}: as above.`)];
    shown.add(key);
    return [make("h3", {}, title), ...places.map((place) => showRows(readEvidence().lists[place]))];
  };

  const showMethod = (place, shown) => {
    const [name, settings, reference] = readEvidence().methods[place];
    const lines = [["Method", name], ...Object.entries(settings), ["Reference", reference]]
      .filter(([, value]) => print(value) !== "");
    if (!lines.length) return [];
    if (shown.has(`method ${place}`)) return [make("p", { className: "quiet" }, "How it came about: as above.")];
    shown.add(`method ${place}`);
    return [make("h3", {}, "How it came about"), make("dl", {}, ...lines.flatMap(([label, value]) => [
      make("dt", {}, (label[0].toUpperCase() + label.slice(1)).replaceAll("_", " ")), make("dd", {}, print(value))]))];
  };

  const showNumber = (ref, isOne, shown) => {
    const [label, value, unit, method, analysis, sources] = readEvidence().numbers[ref];
    const text = value === null ? "Not estimable" : [print(Number(value.toPrecision(10))), unit].filter(Boolean).join(" ");
    return make("section", {},
      ...(isOne ? [] : [make("h3", {}, label)]),
      make("p", { className: "value" }, `${text} `, make("small", {}, ref)),
      ...showMethod(method, shown),
      ...showLists("Analysis rows", analysis, shown),
      ...showLists("Recorded rows", sources, shown));
  };

  // ---- opening and closing -----------------------------------------------------------------

  const close = (returnsFocus) => {
    if (!panel) return;
    panel.remove();
    panel = null;
    opened.removeAttribute("aria-expanded");
    if (returnsFocus) opened.focus();
    opened = null;
  };

  /** Beside the number where there is room, never over it; a sheet at the bottom of a phone. */
  const place = () => {
    const number = opened.getBoundingClientRect();
    if (isNarrow.matches) {
      panel.removeAttribute("style");
      const room = window.innerHeight - panel.offsetHeight;
      if (number.bottom > room - 16 || number.top < 0) {
        window.scrollBy(0, number.top - Math.max(room / 3, 8));
      }
      return;
    }
    const gap = 8;
    const below = window.innerHeight - number.bottom - 2 * gap;
    const above = number.top - 2 * gap;
    const isBelow = below >= Math.min(panel.scrollHeight, 352) || below >= above;
    panel.style.maxHeight = `${Math.max(isBelow ? below : above, 240)}px`;
    const left = Math.min(number.left, page.clientWidth - panel.offsetWidth - 16);
    const top = isBelow ? number.bottom + gap : number.top - gap - panel.offsetHeight;
    panel.style.left = `${Math.max(left, 16) + window.scrollX}px`;
    panel.style.top = `${top + window.scrollY}px`;
  };

  const keepFocusInside = (event) => {
    const stops = [...panel.querySelectorAll("button, [tabindex='0']")];
    const first = event.shiftKey ? stops.at(-1) : stops[0];
    const last = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === last || (event.shiftKey && document.activeElement === panel)) {
      event.preventDefault();
      first.focus();
    }
  };

  const open = (button) => {
    close(false);
    const refs = button.dataset.refs.split("\n");
    const isOne = refs.length === 1;
    const shown = new Set();
    const name = isOne ? readEvidence().numbers[refs[0]][0] : button.textContent;
    const closing = make("button", { type: "button" }, "Close");
    closing.addEventListener("click", () => close(true));
    panel = make("div", { className: "panel", tabIndex: -1, role: "dialog", "aria-labelledby": "panel-title" },
      make("div", { className: "panel-head" }, make("h2", { id: "panel-title" }, name), closing),
      make("div", { className: "panel-body" }, ...refs.map((ref) => showNumber(ref, isOne, shown))));
    opened = button;
    button.setAttribute("aria-expanded", "true");
    document.body.append(panel);
    place();
    panel.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.number");
    if (button) {
      event.preventDefault(); // a number inside a summary does not fold it
      if (button === opened) close(true);
      else open(button);
    } else if (panel && !panel.contains(event.target) && event.target.isConnected) close(false);
  });
  document.addEventListener("keydown", (event) => {
    if (!panel) return;
    if (event.key === "Escape") close(true);
    else if (event.key === "Tab") keepFocusInside(event);
  });
  window.addEventListener("resize", () => { if (panel) place(); });
  for (const button of document.querySelectorAll("button.number")) {
    button.setAttribute("aria-haspopup", "dialog");
  }

  // ---- tables, folds, contents -------------------------------------------------------------

  for (const figure of document.querySelectorAll("main figure.table")) {
    const caption = figure.querySelector("figcaption");
    const name = caption.textContent.trim();
    const getRows = () => [...figure.querySelectorAll("tr")].map((row) =>
      [...row.cells].map((cell) => cell.textContent.trim()));
    const tools = make("span", { className: "tools" });
    addTools(tools, getRows, figure.id, name);
    caption.append(tools);
  }
  for (const frame of document.querySelectorAll("main .frame, main .paper")) {
    frame.addEventListener("pointerenter", () => {
      if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    }, { once: true });
  }

  const unfoldTo = (target) => {
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
  };
  // Folded here and not in the file, so that without script everything can be read.
  for (const part of document.querySelectorAll("details[data-folds]")) part.open = false;
  const followAddress = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) {
      unfoldTo(target);
      target.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", followAddress);
  followAddress();

  const patients = [...document.querySelectorAll("details.patient")];
  page.classList.toggle("many", patients.length > MANY_PATIENTS);
  if (patients.length > 1) {
    const fold = make("button", { type: "button", className: "fold" }, "Open every patient");
    fold.addEventListener("click", () => {
      const opens = patients.some((patient) => !patient.open);
      for (const patient of patients) patient.open = opens;
      fold.textContent = opens ? "Close every patient" : "Open every patient";
    });
    patients[0].before(fold);
  }

  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  const links = new Map([...document.querySelectorAll("nav > ol > li")].map((item) =>
    [item.querySelector("a").hash.slice(1), item]));
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inView.add(target.id);
      else inView.delete(target.id);
    }
    const here = [...links.keys()].find((id) => inView.has(id));
    for (const [id, item] of links) item.classList.toggle("here", id === here);
  }, { rootMargin: "-10% 0px -80% 0px" });
  for (const id of links.keys()) watcher.observe(document.getElementById(id));
})();
