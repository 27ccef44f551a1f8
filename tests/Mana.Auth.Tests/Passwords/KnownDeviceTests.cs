using System.Net;
using Mana.Auth.Passwords;

namespace Mana.Auth.Tests.Passwords;

/// <summary>Whoever guesses locks themselves out, and not the owner (auth.md 5.6).</summary>
public sealed class KnownDeviceTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Wrong = "Falsches-Pferd-9";
    const string Home = "198.51.100.7";
    const string Attacker = "203.0.113.9";

    [Fact]
    public async Task The_owner_signs_in_while_a_guesser_elsewhere_is_locked_out()
    {
        var (email, _) = await world.PersonAsync();
        await FailAsync(Attacker, email, 5);
        Assert.Equal(429, (await FromAsync(Attacker, email)).Status);
        Assert.Equal(429, (await FromAsync("203.0.113.77", email)).Status);
        Assert.Equal(200, (await FromAsync(Home, email)).Status);
    }

    [Fact]
    public async Task Many_networks_together_lock_strangers_out_and_no_known_device()
    {
        var (email, _) = await world.PersonAsync();
        var device = (await FromAsync(Home, email)).Device;
        var evaluated = 0;
        for (var network = 0; network < 8; network++)
            for (var guess = 0; guess < 4; guess++)
                evaluated += (await FromAsync($"203.0.{network}.1", email, Wrong)).Status == 401 ? 1 : 0;

        Assert.Equal(GuessLimit.MostByStrangers, evaluated);
        Assert.Equal(429, (await FromAsync("192.0.2.1", email)).Status);
        Assert.Equal(429, (await FromAsync(Home, email)).Status);
        Assert.Equal(200, (await FromAsync(Home, email, device: device)).Status);
        Assert.Equal(200, (await FromAsync("203.0.1.1", email, device: device)).Status);
    }

    [Fact]
    public async Task A_live_session_changes_its_password_while_strangers_are_locked_out()
    {
        var (email, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        for (var network = 0; network < 5; network++)
            await FailAsync($"203.1.{network}.1", email, 4);
        (await world.Api.LoginAsync(email)).IsRefused(429, "ACCOUNT_LOCKED");
        (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = "Neues-Pferd-2026" }, token)).IsOk();
    }

    [Fact]
    public async Task A_known_device_has_five_guesses_like_everybody()
    {
        var (email, _) = await world.PersonAsync();
        var device = (await FromAsync(Home, email)).Device!;
        await FailAsync(Home, email, 5, device);
        Assert.Equal(429, (await FromAsync(Home, email, device: device)).Status);
        Assert.Equal(429, (await FromAsync(Attacker, email, device: device)).Status);
    }

    [Fact]
    public async Task The_cookie_is_good_for_its_people_on_its_device_and_for_nobody_else()
    {
        var (ada, bob) = (await world.PersonAsync(), await world.PersonAsync());
        var adas = (await FromAsync(Home, ada.Email)).Device!;
        var both = (await FromAsync(Home, bob.Email, device: adas)).Device!;
        Assert.StartsWith(adas.Split('.')[0], both, StringComparison.Ordinal);
        await FailAsync(Attacker, ada.Email, 5);
        await FailAsync(Attacker, bob.Email, 5);

        // From the guesser's own network only a known device gets in.
        Assert.Equal(200, (await FromAsync(Attacker, ada.Email, device: both)).Status);
        Assert.Equal(200, (await FromAsync(Attacker, bob.Email, device: both)).Status);
        Assert.Equal(429, (await FromAsync(Attacker, bob.Email, device: adas)).Status);
        foreach (var forged in (string[])["", "x", adas[..^1], adas[..23] + new string('A', 22), new string('A', 22) + adas[22..], adas + "." + adas + "." + adas + "." + adas])
            Assert.Equal(429, (await FromAsync(Attacker, bob.Email, device: forged)).Status);
    }

    [Fact]
    public async Task A_new_password_voids_known_devices()
    {
        var (email, _) = await world.PersonAsync();
        var device = (await FromAsync(Home, email)).Device!;
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        (await world.Api.PostAsync("change-password", new { currentPassword = AuthApi.Password, newPassword = "Neues-Pferd-2026" }, token)).IsOk();
        await FailAsync(Attacker, email, 5);
        Assert.Equal(429, (await FromAsync(Attacker, email, "Neues-Pferd-2026", device)).Status);
    }

    [Fact]
    public async Task The_cookie_is_for_the_server_only_and_not_set_for_pages_of_strangers()
    {
        var (email, _) = await world.PersonAsync();
        var own = await world.Api.CallAsync("POST", "/api/v1/auth/login", new { email, password = AuthApi.Password }, origin: "http://localhost:5173");
        var cookie = Assert.Single(own.IsOk().Headers.GetValues("Set-Cookie"), value => value.StartsWith("mana.known_device=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/", cookie, StringComparison.Ordinal);

        var foreign = await world.Api.CallAsync("POST", "/api/v1/auth/login", new { email, password = AuthApi.Password }, origin: "https://evil.example");
        Assert.False(foreign.IsOk().Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(value => value.Contains("known_device", StringComparison.Ordinal)));
        var native = await world.Api.CallAsync("POST", "/api/auth/sign-in/email", new { email, password = AuthApi.Password }, origin: "https://evil.example");
        Assert.Equal((403, "INVALID_ORIGIN"), (native.Status, native["code"]));
    }

    [Fact]
    public async Task Scenario_23_a_forwarding_header_of_a_stranger_changes_nothing()
    {
        var (email, _) = await world.PersonAsync();
        for (var guess = 0; guess < 5; guess++)
            Assert.Equal(401, (await AuthApi.LoginFromAsync(world.Host, Attacker, email, Wrong, forwarded: $"192.0.{guess}.1")).Status);
        Assert.Equal(429, (await AuthApi.LoginFromAsync(world.Host, Attacker, email, forwarded: "192.0.99.1")).Status);
        Assert.Equal(5L, await world.RunAsync("SELECT count(*) FROM auth.login_attempts WHERE email_normalized = $1 AND source = 'network:203.0.113.0/24'", email));
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData(null, "unknown")]
    public void A_network_is_what_one_person_can_have_addresses_of(string? address, string network) =>
        Assert.Equal(network, Visitor.NetworkOf(address is null ? null : IPAddress.Parse(address)));

    Task<(int Status, string? Device)> FromAsync(string address, string email, string password = AuthApi.Password, string? device = null) =>
        AuthApi.LoginFromAsync(world.Host, address, email, password, device);

    async Task FailAsync(string address, string email, int times, string? device = null)
    {
        for (var failure = 0; failure < times; failure++)
            Assert.Equal(401, (await FromAsync(address, email, Wrong, device)).Status);
    }
}
