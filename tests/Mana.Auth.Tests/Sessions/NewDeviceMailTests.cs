using Mana.Auth.Tests.Cookies;

namespace Mana.Auth.Tests.Sessions;

/// <summary>auth.md 23: the mail about a sign-in on a device that nobody knows.</summary>
public sealed class NewDeviceMailTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Template = "new-device";

    [Fact]
    public async Task The_owner_hears_of_a_strange_device_and_not_of_the_first_one_or_of_one_that_was_here()
    {
        var (email, id) = await world.PersonAsync();
        (await FromAsync(email, "d-1", "Handy")).IsOk();
        (await FromAsync(email, "d-1", "Handy")).IsOk();
        Assert.Empty(await world.MailsAsync(email, Template));
        (await FromAsync(email, "d-2", "Tablet")).IsOk();
        (await FromAsync(email, "d-2", "Tablet")).IsOk();
        var mail = Assert.Single(await world.MailsAsync(email, Template));
        Assert.Equal("Tablet", mail.Values!["device"]);
        Assert.Contains("new_device_login", await world.SecurityAsync(id));
    }

    [Fact]
    public async Task A_browser_that_was_here_is_not_strange_because_it_was_updated()
    {
        var (email, _) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        foreach (var agent in (string[])["Firefox/140.0", "Firefox/141.0"])
            (await browser.SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password = AuthApi.Password }, Browser.App, ("User-Agent", agent))).IsOk();
        Assert.Empty(await world.MailsAsync(email, Template));
        (await new Browser(world.Host).SendAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password = AuthApi.Password }, Browser.App, ("User-Agent", "Firefox/142.0"))).IsOk();
        Assert.Single(await world.MailsAsync(email, Template));
    }

    [Fact]
    public async Task Three_a_day_are_enough_and_a_wrong_password_is_no_sign_in()
    {
        var (email, _) = await world.PersonAsync();
        (await FromAsync(email, "d-0", null)).IsOk();
        (await FromAsync(email, "d-x", null, "Falsches-Pferd-9")).IsRefused(401, "INVALID_CREDENTIALS");
        Assert.Empty(await world.MailsAsync(email, Template));
        for (var device = 1; device < 6; device++)
            (await FromAsync(email, "d-" + device, null)).IsOk();
        Assert.Equal(3, (await world.MailsAsync(email, Template)).Count);
        world.Clock.Advance(TimeSpan.FromDays(1));
        (await FromAsync(email, "d-9", null)).IsOk();
        Assert.Equal(4, (await world.MailsAsync(email, Template)).Count);
    }

    Task<Answer> FromAsync(string email, string deviceId, string? deviceName, string password = AuthApi.Password) =>
        world.Api.PostAsync("login", new { email, password, deviceId, deviceName });
}
