using Mana.Testing;

namespace Mana.Apps.Tests.Calendar;

/// <summary>A host that people reach over https.</summary>
public sealed class HttpsHost : AppsFixture
{
    protected override TestHost Configure(TestHost host) =>
        host.With("Google:ClientId", "client").With("Google:ClientSecret", "client-secret").With("Calendar:PublicUrl", "https://mana.example");
}

/// <summary>The cookie that binds a consent to its browser (ASVS 3.3.1).</summary>
public sealed class GoogleCookieTests(HttpsHost world) : IClassFixture<HttpsHost>
{
    [Fact]
    public async Task Over_https_it_is_secure_and_nobody_who_speaks_plain_http_can_set_it()
    {
        var person = await world.PersonAsync();
        var answer = (await person.GetAsync("calendar/google/auth-url?redirect=%2Fcalendar")).Ok();
        var cookie = answer.Message.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Secure-mana_google_nonce=", cookie, StringComparison.Ordinal);
        foreach (var attribute in (string[])["secure", "httponly", "samesite=lax", "path=/api/v1/calendar/google/callback"])
            Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
    }
}
