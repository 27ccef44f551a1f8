using System.Text.RegularExpressions;
using Mana.Testing;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Pages;

/// <summary>The page for people, as a browser without script sees it.</summary>
[Collection(nameof(BoardCollection))]
public sealed partial class BoardPageTests(BoardFixture fixture)
{
    [GeneratedRegex("name=\"__form\" value=\"(?<token>[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex FormToken();

    async Task<(ApiCaller Browser, string Token)> SignedInAsync(string id)
    {
        var account = await fixture.Host.CreateAccountAsync();
        var browser = fixture.Anybody();
        var signedIn = await browser.PostAsync("/api/auth/sign-in/email", new { email = account.Email, password = Mana.Devices.Account.Password });
        Cookies(browser, signedIn.Ok());
        var page = (await browser.GetAsync("/feedback/" + id)).Ok();
        Cookies(browser, page);
        return (browser, System.Net.WebUtility.HtmlDecode(FormToken().Match(page.Text).Groups["token"].Value));
    }

    static void Cookies(ApiCaller browser, ApiAnswer answer)
    {
        foreach (var cookie in answer.Message.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            browser.Http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
    }

    static Task<ApiAnswer> VoteAsync(ApiCaller browser, string id, string token) =>
        browser.SendAsync(HttpMethod.Post, $"/feedback/{id}/vote", new FormUrlEncodedContent([new("__form", token)]), request => request.Headers.Add("Origin", "http://localhost:3001"));

    [Fact]
    public async Task Anybody_reads_in_their_language()
    {
        var person = await fixture.PersonAsync();
        var title = "T" + Guid.NewGuid().ToString("N");
        var id = (await person.PostAsync("feedback", new { feedbackText = "<script>alert(1)</script> & mehr", title, category = "praise" })).Ok(201).Said("id");
        await SubmitAsync(person, "Eine Antwort darauf", parentId: id);
        var list = (await fixture.Anybody().GetAsync("/feedback?sort=recent&category=praise", language: "de")).Ok();
        foreach (var part in (string[])["<html lang=\"de\">", title, "Ideen für Mana", "Lob", "Eingereicht", $"/feedback/{id}", "Anmelden", "&lt;script&gt;"])
            Assert.Contains(part, list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", list.Text, StringComparison.Ordinal);
        var policy = list.Message.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        var one = (await fixture.Anybody().GetAsync("/feedback/" + id, language: "en-GB")).Ok();
        foreach (var part in (string[])["<html lang=\"en\">", "Praise", "Submitted", "Eine Antwort darauf", "Replies", "Sign in"])
            Assert.Contains(part, one.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(title, (await fixture.Anybody().GetAsync("/feedback?sort=recent&category=bug")).Ok().Text, StringComparison.Ordinal);
        (await fixture.Anybody().GetAsync("/feedback?category=%27%3B&status=x&page=-5&sort=y")).Ok();
        foreach (var missing in (string[])["/feedback/abc", "/feedback/" + Guid.NewGuid()])
            Assert.Contains("Hier ist nichts", (await fixture.Anybody().GetAsync(missing)).Ok(404).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_signed_in_votes_and_takes_it_back()
    {
        var id = await SubmitAsync(await fixture.PersonAsync());
        var (browser, token) = await SignedInAsync(id);
        Assert.Equal("/feedback/" + id, (await VoteAsync(browser, id, token)).Ok(303).Message.Headers.Location!.OriginalString);
        var voted = (await browser.GetAsync("/feedback/" + id)).Ok();
        Assert.Contains("aria-pressed=\"true\"", voted.Text, StringComparison.Ordinal);
        Assert.Equal(1, await fixture.ScalarAsync<int>("SELECT score FROM feedback.items WHERE id = $1", Guid.Parse(id)));
        await VoteAsync(browser, id, token);
        Assert.Equal(0, await fixture.ScalarAsync<int>("SELECT score FROM feedback.items WHERE id = $1", Guid.Parse(id)));
    }

    [Fact]
    public async Task A_vote_needs_a_session_and_a_form_of_ours()
    {
        var id = await SubmitAsync(await fixture.PersonAsync());
        var (browser, _) = await SignedInAsync(id);
        (await VoteAsync(browser, id, "made-up")).Ok(404);
        var refused = await browser.SendAsync(HttpMethod.Post, $"/feedback/{id}/vote", new FormUrlEncodedContent([new("__form", "x")]), request => request.Headers.Add("Origin", "https://evil.example"));
        Assert.NotEqual(303, (int)refused.Status);
        Assert.Equal(302, (int)(await VoteAsync(fixture.Anybody(), id, "x")).Status);
        foreach (var (form, status) in (IReadOnlyList<(string, int)>)[("--b\r\nContent-Disposition: form-data; name=\"__form\"\r\n\r\ncut", 404), ("", 404)])
        {
            var content = new StringContent(form);
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            Assert.Equal(status, (int)(await browser.SendAsync(HttpMethod.Post, $"/feedback/{id}/vote", content, request => request.Headers.Add("Origin", "http://localhost:3001"))).Status);
        }

        Assert.InRange((int)(await VoteAsync(browser, id, new string('x', 100_000))).Status, 400, 499);
        Assert.Equal(0, await fixture.ScalarAsync<int>("SELECT score FROM feedback.items WHERE id = $1", Guid.Parse(id)));
    }
}
