// A room of a hall: what the browser keeps of it, and the ways that lead into it.

const setCookie = (name, value) => {
  const rules = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
  document.cookie = `${name}=${value}; Path=/; ${rules}`;
  return document.cookie.includes(`${name}=${value}`); // not in every frame
};
const lead = (address, code, secret) => {
  if (!setCookie(`lead_${code}`, secret)) address.searchParams.set("secret", secret);
  address.searchParams.set("room", code);
};

// A code in capitals leads to the one of several servers that has its room (nginx.conf). What the
// lecturer's link has behind # is for this browser alone.
const here = new URL(location.href), room = here.searchParams.get("room");
const [, secret] = here.hash.match(/^#secret=([\w-]+)$/) ?? [];
if (room && (secret || room !== room.toUpperCase())) {
  here.searchParams.set("room", room.toUpperCase());
  if (secret) lead(here, room.toUpperCase(), secret);
  here.hash = "";
  history.replaceState(history.state, "", here);
  location.reload();
}
listen("click", "[data-opens]", ({ dataset }) => {
  const address = new URL(location.href);
  lead(address, dataset.opens, dataset.secret);
  address.hash = "share";
  location.assign(address);
});
