using System.Text.RegularExpressions;
using Mana.Testing;
using Microsoft.AspNetCore.Routing;

namespace Mana.Auth.Tests.Pages;

public sealed partial class PageSecurityTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    /// <summary>What a page shows only when it is asked.</summary>
    static readonly string[] Questions = ["", "?prompt=login", "?token=x", "?user_code=BCDF-GHJK", "?error=x"];

    /// <summary>Answers that are no page, whatever they are asked: files, and documents for machines.</summary>
    static readonly string[] NoPages = ["/account/export"];

    [Fact]
    public async Task Every_page_runs_only_what_is_its_own()
    {
        var (email, _) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        var nonces = new HashSet<string>(StringComparer.Ordinal);
        var routes = OtherLimitTests.Routes(world.Host)
            .Where(route => route.RoutePattern.Parameters.Count == 0 && route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(route => route.RoutePattern.RawText!.TrimEnd('/')).Distinct(StringComparer.Ordinal).Except(NoPages, StringComparer.Ordinal).ToList();
        var pages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (route, question) in routes.SelectMany(route => Questions.Select(question => (route, question))))
        {
            var path = route + question;
            var page = await browser.OpenAsync(path);
            if (!page.Header("Content-Type").StartsWith("text/html", StringComparison.Ordinal))
                continue;
            pages.Add(route);
            Assert.True(page.Status is 200 or (>= 400 and < 500), $"{path}: {page.Status}");
            var policy = page.Header("Content-Security-Policy");
            Assert.True(policy.StartsWith("default-src 'none'; style-src 'nonce-", StringComparison.Ordinal), $"{path}: {policy}");
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'; base-uri 'none'", policy, StringComparison.Ordinal);
            Assert.True(nonces.Add(NoncePattern().Match(policy).Groups["nonce"].Value), "a nonce was used twice");
            Assert.True(page.Header("Cache-Control") == "no-store", $"{path}: may be stored");
            // The forms of our own pages need their origin; a page with a token in its address tells nobody anything.
            Assert.True(page.Header("Referrer-Policy") is "same-origin" or "no-referrer", $"{path}: {page.Header("Referrer-Policy")}");
            Assert.DoesNotMatch("""<script(?![^>]*nonce=)|<style(?![^>]*nonce=)|\son[a-z]+=|\sstyle=""", page.Html);
            Assert.Matches("""<html lang="(en|de)">""", page.Html);
            // Each input that is shown has a label of its own.
            foreach (var input in InputPattern().Matches(page.Html).Select(match => match.Groups["id"].Value))
                Assert.Contains($"<label for=\"{input}\">", page.Html, StringComparison.Ordinal);
        }

        // Some that must be among them, lest the list above be empty one day.
        foreach (var known in (string[])["/login", "/register", "/forgot", "/reset", "/verify", "/account", "/account/security", "/account/sessions", "/account/keys", "/account/log", "/account/privacy", "/account/apps", "/account/confirm", "/device"])
            Assert.Contains(known, pages);
    }

    [Theory]
    [InlineData("/login?callbackURL=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/login?email=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/verify?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")]
    [InlineData("/account/confirm?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")]
    public async Task Scenario_90_what_the_address_says_is_rendered_inert(string path)
    {
        var (email, _) = await world.PersonAsync();
        var page = path.StartsWith("/account", StringComparison.Ordinal) ? await (await new Browser(world.Host).SignInAsync(email)).OpenAsync(path) : await new Browser(world.Host).OpenAsync(path);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Names_are_text()
    {
        var (email, _) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        Assert.Equal(303, (await browser.SubmitAsync("/account", "/account", ("name", "<img src=x onerror=alert(1)>"))).Status);
        var page = await browser.OpenAsync("/account");
        Assert.DoesNotContain("<img", page.Html, StringComparison.Ordinal);
        Assert.Contains("value=\"&lt;img src=x onerror=alert(1)&gt;\"", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_the_token_of_its_page_changes_nothing()
    {
        var (email, id) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        var bare = await browser.SendFormAsync("/account", ("name", "Somebody else"));
        Assert.Equal(400, bare.Status);
        Assert.Contains("This form has expired", bare.Text, StringComparison.Ordinal);
        // The token of another browser is none.
        var other = Browser.Hidden((await new Browser(world.Host).OpenAsync("/register")).Html, "/register");
        Assert.Equal(400, (await browser.SendFormAsync("/account", [.. other, ("name", "Somebody else")])).Status);
        Assert.Equal("Ada", await world.RunAsync("SELECT name FROM auth.users WHERE id = $1", id));
    }

    [Fact]
    public async Task Forms_of_foreign_pages_are_refused()
    {
        var (email, id) = await world.PersonAsync();
        var browser = await new Browser(world.Host).SignInAsync(email);
        var fields = Browser.Hidden((await browser.OpenAsync("/account")).Html, "/account").ToList();
        foreach (var origin in (string?[])["https://evil.example", "null", null])
        {
            browser.Origin = origin;
            var refused = await browser.SendFormAsync("/account", [.. fields, ("name", "Somebody else")]);
            Assert.NotEqual("/account?done=saved", refused.Location);
            Assert.Contains(refused.Status, (int[])[400, 403]);
            Assert.StartsWith("text/html", refused.Header("Content-Type"), StringComparison.Ordinal);
        }

        browser.Origin = "https://evil.example";
        var login = Browser.Hidden((await browser.OpenAsync("/login?prompt=login")).Html, "/login");
        Assert.Equal(400, (await browser.SendFormAsync("/login", [.. login, ("email", email), ("password", AuthApi.Password)])).Status);
        Assert.Equal("Ada", await world.RunAsync("SELECT name FROM auth.users WHERE id = $1", id));
    }

    [Fact]
    public async Task A_browser_without_cookies_is_told_so()
    {
        var (email, _) = await world.PersonAsync();
        var shown = await new Browser(world.Host) { TakesCookies = false }.SubmitAsync("/login", "/login", ("email", email), ("password", AuthApi.Password));
        Assert.Equal(400, shown.Status);
        Assert.Contains("Your browser sent no cookies", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_visitors_language_decides()
    {
        Assert.Contains("Anmelden", (await new Browser(world.Host) { Language = "de-CH, en;q=0.5" }.OpenAsync("/login")).Text, StringComparison.Ordinal);
        Assert.Contains("Sign in", (await new Browser(world.Host) { Language = "fr, en;q=0.5" }.OpenAsync("/login")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Styles_and_scripts_may_be_kept_for_ever_because_their_address_changes_with_them()
    {
        var browser = new Browser(world.Host);
        var path = Regex.Match((await browser.OpenAsync("/login")).Html, """/pages/pages\.css\?v=[0-9a-f]{16}""", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        var css = await browser.OpenAsync(path);
        Assert.Equal((200, "text/css; charset=utf-8"), (css.Status, css.Header("Content-Type")));
        Assert.Contains("immutable", css.Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal(404, (await browser.OpenAsync("/pages/other.css")).Status);
    }

    [Fact]
    public async Task Another_host_of_the_installation_takes_the_form()
    {
        await using var second = await new TestHost(world.Database).With(world.Clock).With("Auth:RequireVerifiedEmail", "true").StartAsync();
        var (email, _) = await world.PersonAsync();
        var first = new Browser(world.Host);
        var fields = Browser.Hidden((await first.OpenAsync("/login")).Html, "/login");
        var elsewhere = new Browser(second);
        elsewhere.Take(first.Cookies);
        Assert.Equal(303, (await elsewhere.SendFormAsync("/login", [.. fields, ("email", email), ("password", AuthApi.Password)])).Status);
    }

    [GeneratedRegex("style-src 'nonce-(?<nonce>[^']+)'", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoncePattern();

    [GeneratedRegex("""<input id="(?<id>[^"]+)" """, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InputPattern();
}
