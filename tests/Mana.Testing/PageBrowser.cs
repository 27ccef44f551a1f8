using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Mana.Devices;

namespace Mana.Testing;

/// <summary>A browser without script: it keeps cookies, shows one page, and fills in the forms of that page.</summary>
public sealed partial class PageBrowser(HttpClient http, string language = "en-GB", string origin = "http://localhost:3001")
{
    readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    public int Status { get; private set; }

    /// <summary>The page as its author wrote it.</summary>
    public string Text { get; private set; } = "";

    public HttpResponseMessage Answer { get; private set; } = new();

    /// <summary>Where the page goes on by itself; null when it stays.</summary>
    public string? GoesTo => Onward().Match(Text) is { Success: true } found ? WebUtility.HtmlDecode(found.Groups["place"].Value) : null;

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0;url=(?<place>[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Onward();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\">", RegexOptions.NonBacktracking)]
    private static partial Regex HiddenInput();

    /// <summary>With the session of somebody who has an account.</summary>
    public static async Task<PageBrowser> SignedInAsync(TestHost host, Account account, string language = "en-GB")
    {
        var browser = new PageBrowser(host.CreateClient(), language);
        await browser.SendAsync(HttpMethod.Post, "/api/auth/sign-in/email", JsonContent.Create(new { email = account.Email, password = Account.Password }));
        return browser.Status == 200 ? browser : throw new UnexpectedAnswerException($"sign-in: {browser.Status} {browser.Text}");
    }

    public async Task<PageBrowser> GoAsync(string path)
    {
        await SendAsync(HttpMethod.Get, path, null);
        return this;
    }

    /// <summary>Presses the button of a form: its hidden fields and the given ones go to its address, and a redirect is followed.</summary>
    /// <param name="containing">A text of the wanted form where several have the same address.</param>
    public async Task<PageBrowser> SubmitAsync(string action, string containing = "", params (string Name, string Value)[] fields)
    {
        var form = Text.Split("<form ").Skip(1).Select(part => part.Split("</form>")[0]).FirstOrDefault(part => part.Contains($"action=\"{action}\"", StringComparison.Ordinal) && part.Contains(containing, StringComparison.Ordinal))
            ?? throw new UnexpectedAnswerException($"There is no form to {action} with {containing}: {Text}");
        var sent = HiddenInput().Matches(form).ToDictionary(input => input.Groups["name"].Value, input => WebUtility.HtmlDecode(input.Groups["value"].Value), StringComparer.Ordinal);
        foreach (var (name, value) in fields)
            sent[name] = value;
        return await PostAsync(action, sent);
    }

    public async Task<PageBrowser> PostAsync(string path, IReadOnlyDictionary<string, string> fields)
    {
        await SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields));
        if (Status == 303)
            await SendAsync(HttpMethod.Get, Answer.Headers.Location!.OriginalString.Split('#')[0], null);
        return this;
    }

    async Task SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.AcceptLanguage.ParseAdd(language);
        if (method != HttpMethod.Get)
            request.Headers.Add("Origin", origin);
        if (_cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        Answer = await http.SendAsync(request);
        (Status, Text) = ((int)Answer.StatusCode, await Answer.Content.ReadAsStringAsync());
        foreach (var cookie in Answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var pair = cookie.Split(';')[0].Split('=', 2);
            _cookies[pair[0]] = pair[1];
        }
    }
}
