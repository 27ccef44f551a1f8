using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Mana.Testing.Mail;

/// <summary>A mail as <c>/dev/mail</c> tells it.</summary>
public sealed record SentMail(
    string Key, string Template, string Locale, string Recipient, string? UserId, string State, int Attempts, string? LastError,
    Dictionary<string, string>? Values, string? Subject, string? Text, string? Html)
{
    /// <summary>A link of the mail, by the name of its value.</summary>
    public Uri Link(string name) => new(Values![name]);
}

/// <summary>What people were sent by a host in Development, read as a developer would.</summary>
public sealed class Mailbox(HttpClient http)
{
    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<SentMail>> OfAsync(string recipient)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dev/mail?recipient=" + Uri.EscapeDataString(recipient));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var answer = (await http.SendAsync(request)).EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<SentMails>())!.Mails;
    }

    /// <summary>The newest mail of a kind; it is there as soon as the request that caused it is answered, or fails.</summary>
    public async Task<SentMail> LatestAsync(string recipient, string template) =>
        (await OfAsync(recipient)).FirstOrDefault(mail => mail.Template == template)
        ?? throw new InvalidOperationException($"{recipient} has no mail '{template}'.");

    sealed record SentMails(SentMail[] Mails);
}
