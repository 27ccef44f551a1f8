using Mana.Kernel.Network;
using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;
using Microsoft.Extensions.Hosting.Internal;

namespace Mana.Notifications.Tests.Queue;

/// <summary>A mail leads to us or nowhere.</summary>
public sealed class LinkTests
{
    [Theory]
    [InlineData("https://auth.mana.how/api/auth/verify-email?token=t&callbackURL=https%3A%2F%2Fmana.how", "https://auth.mana.how/api/auth/verify-email?token=t&callbackURL=https%3A%2F%2Fmana.how")]
    [InlineData("https://mana.how/accept-invitation?id=1", "https://mana.how/accept-invitation?id=1")]
    [InlineData("HTTPS://AUTH.mana.how:443/x", "https://auth.mana.how/x")]
    [InlineData("https://auth.mana.how/a b\"<x>", "https://auth.mana.how/a%20b%22%3Cx%3E")]
    public void Ours_are_mailed_in_the_form_that_was_judged(string link, string mailed) => Assert.Equal(mailed, Production("https://auth.mana.how").Accept(link));

    [Theory]
    [InlineData("http://auth.mana.how/x")]
    [InlineData("https://evil.example/x")]
    [InlineData("https://auth.mana.how.evil.example/x")]
    [InlineData("https://auth.mana.how@evil.example/x")]
    [InlineData("https://user@auth.mana.how/x")]
    [InlineData("https://auth.mana.how\\@evil.example/")]
    [InlineData("https://evil.example\\@auth.mana.how/")]
    [InlineData("https://auth.mana.how:8443/x")]
    [InlineData("https://todo.mana.how/x")]
    [InlineData("//evil.example/x")]
    [InlineData("/x")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("https://auth.mana.how\u0000.evil.example")]
    [InlineData("")]
    public void Others_are_refused(string link) => Assert.Null(Production("https://auth.mana.how").Accept(link));

    [Theory]
    [InlineData("https://mana.example/platform/x", true)]
    [InlineData("https://mana.example/platform", true)]
    [InlineData("https://mana.example/platform2/x", false)]
    [InlineData("https://mana.example/platform/../admin", false)]
    [InlineData("https://mana.example/", false)]
    public void A_base_URL_with_a_path_is_not_left(string link, bool ours) => Assert.Equal(ours, Production("https://mana.example/platform/").Accept(link) is not null);

    [Fact]
    public void A_wildcard_origin_is_not_trusted_with_links() => Assert.Null(Production("https://auth.mana.how", "https://*.mana.how").Accept("https://evil.mana.how/x"));

    [Theory]
    [InlineData("Development", true)]
    [InlineData("Staging", false)]
    [InlineData("Production", false)]
    public void Plain_http_is_for_Development(string environment, bool allowed) =>
        Assert.Equal(allowed, Rule(environment, "http://localhost:3001", "http://localhost:5173").Accept("http://localhost:5173/login") is not null);

    [Fact]
    public void Too_long_a_link_is_refused() => Assert.Null(Production("https://auth.mana.how").Accept("https://auth.mana.how/" + new string('x', 2000)));

    static LinkRule Production(string baseUrl, string trusted = "https://mana.how") => Rule("Production", baseUrl, trusted);

    static LinkRule Rule(string environment, string baseUrl, string trusted) =>
        new(new NotificationsOptions { BaseUrl = baseUrl }, new TrustedOrigins { Trusted = trusted }, new HostingEnvironment { EnvironmentName = environment });
}

/// <summary>The rule stands in front of the queue.</summary>
public sealed class QueuedLinkTests(MailFixture fixture) : IClassFixture<MailFixture>
{
    [Fact]
    public async Task A_foreign_link_is_thrown_and_a_trusted_one_is_stored_in_its_canonical_form()
    {
        var mail = Samples.Of(MailTemplates.MagicLink, Samples.Address());
        await Assert.ThrowsAsync<ArgumentException>(() => fixture.EnqueueAsync(mail.With("signInLink", "https://evil.example/login")));
        var key = await fixture.EnqueueAsync(mail.With("signInLink", "http://LOCALHOST:5173/login"));
        Assert.Contains("http://localhost:5173/login", (await fixture.RowAsync(key)).Values, StringComparison.Ordinal);
    }
}
