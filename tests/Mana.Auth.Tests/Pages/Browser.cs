using System.Net;
using System.Text.RegularExpressions;
using Mana.Testing;

namespace Mana.Auth.Tests.Pages;

/// <summary>What came back for a page.</summary>
public sealed record Shown(int Status, string Html, HttpResponseMessage Answer)
{
    public string? Location => Answer.Headers.Location?.OriginalString;

    /// <summary>Where the browser goes next by itself: redirected, or as the page says.</summary>
    public string? Next => Location ?? (Status == 200 && Regex.Match(Html, "<meta http-equiv=\"refresh\" content=\"0;url=(?<place>[^\"]*)\">", RegexOptions.None, TimeSpan.FromSeconds(1)) is { Success: true } found
        ? WebUtility.HtmlDecode(found.Groups["place"].Value) : null);

    public string Header(string name) => string.Join(", ", Answer.Headers.TryGetValues(name, out var values) || Answer.Content.Headers.TryGetValues(name, out values) ? values : []);

    /// <summary>The text between tags, as a reader sees it.</summary>
    public string Text => WebUtility.HtmlDecode(Regex.Replace(Html, "<[^>]*>", " ", RegexOptions.None, TimeSpan.FromSeconds(1)));
}

/// <summary>Keeps cookies and sends forms as browsers do: with Origin, and with what the page hid in them. Follows nothing by itself.</summary>
public sealed partial class Browser(TestHost host)
{
    const string Here = "http://localhost:3001";

    readonly HttpClient _client = host.CreateClient();
    readonly CookieContainer _cookies = new();

    public string Language { get; init; } = "en";

    /// <summary>Null: none is sent.</summary>
    public string? Origin { get; set; } = Here;

    public bool TakesCookies { get; init; } = true;

    public CookieCollection Cookies => _cookies.GetCookies(new Uri(Here));

    public void Take(CookieCollection cookies) => _cookies.Add(cookies);

    public Task<Shown> OpenAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Opens a page, fills the form that is sent to <paramref name="action"/>, and sends it.</summary>
    public async Task<Shown> SubmitAsync(string page, string action, params IEnumerable<(string Name, string Value)> fields) =>
        await SendFormAsync(action, [.. Hidden((await OpenAsync(page)).Html, action), .. fields]);

    public Task<Shown> SendFormAsync(string action, params IEnumerable<(string Name, string Value)> fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, action)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        if (Origin is not null)
            request.Headers.Add("Origin", Origin);
        return SendAsync(request);
    }

    /// <summary>Registers nothing: the account must exist and be verified.</summary>
    public async Task<Browser> SignInAsync(string email, string password = AuthApi.Password)
    {
        var done = await SubmitAsync("/login", "/login", ("email", email), ("password", password));
        Assert.Equal(303, done.Status);
        return this;
    }

    public static IEnumerable<(string Name, string Value)> Hidden(string html, string action)
    {
        var form = FormPattern().Matches(html).FirstOrDefault(match => match.Groups["action"].Value == action);
        Assert.True(form is not null, $"There is no form for {action} in {html}");
        return HiddenPattern().Matches(form.Value).Select(match => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value)));
    }

    async Task<Shown> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Add("Accept-Language", Language);
        request.Headers.Add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        if (_cookies.GetCookieHeader(new Uri(Here)) is { Length: > 0 } cookies)
            request.Headers.Add("Cookie", cookies);
        var answer = await _client.SendAsync(request);
        if (TakesCookies && answer.Headers.TryGetValues("Set-Cookie", out var set))
            foreach (var cookie in set)
                _cookies.SetCookies(new Uri(Here), cookie);
        return new Shown((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    [GeneratedRegex("""<form method="post" action="(?<action>[^"]*)".*?</form>""", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FormPattern();

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]*)" value="(?<value>[^"]*)">""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HiddenPattern();
}
