using System.Globalization;
using System.Net;
using Mana.Notifications.Templates;

namespace Mana.Notifications.Development;

/// <summary>The page of <c>/dev/mail</c>. Everything in it is encoded; mails stand in frames that may run nothing.</summary>
internal static class DevMailPage
{
    const string Head = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <title>Mails — Mana</title>
        <style>
          body { font: 15px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
          details { border: 1px solid #8886; border-radius: 8px; margin: .5rem 0; padding: .5rem 1rem; }
          summary { cursor: pointer; }
          summary small, dt { opacity: .7; }
          dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; }
          dd { margin: 0; overflow-wrap: anywhere; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; border-radius: 8px; padding: 1rem; }
          iframe { width: 100%; height: 640px; border: 1px solid #8886; border-radius: 8px; }
        </style></head><body>
        <h1>Mails</h1>
        <form><input name="recipient" type="search" placeholder="recipient" aria-label="recipient" value="
        """;

    public static string Html(DevMailList list, string? recipient)
    {
        var mails = list.Mails.Count == 0 ? "<p>None yet.</p>" : string.Concat(list.Mails.Select((mail, i) => Mail(mail, open: i == 0)));
        return $"{Head.TrimEnd()}{Encode(recipient)}\"> <button>Show</button></form>\n{mails}</body></html>\n";
    }

    static string Mail(DevMail mail, bool open) => $"""
        <details{(open ? " open" : "")}><summary><strong>{Encode(mail.Subject ?? mail.Template)}</strong><br><small>{Encode(mail.Recipient)} · {Instant(mail.CreatedAt)} · {Encode(mail.State)}{Encode(mail.LastError is null ? "" : $" ({mail.LastError})")}</small></summary>
        <dl><dt>template</dt><dd>{Encode(mail.Template)} ({Encode(mail.Locale)})</dd><dt>key</dt><dd>{Encode(mail.Key)}</dd><dt>attempts</dt><dd>{mail.Attempts}</dd>{Links(mail)}</dl>
        {(mail.Text is null ? "<p>Its content is gone: it is kept until a mail is sent or given up.</p>" : Content(mail))}
        </details>

        """;

    static string Content(DevMail mail) => $"""<iframe sandbox title="HTML part" srcdoc="{Encode(mail.Html)}"></iframe><pre>{Encode(mail.Text)}</pre>""";

    /// <summary>Outside the frame, which would not let anybody follow them.</summary>
    static string Links(DevMail mail) => string.Concat(
        from value in mail.Values ?? new Dictionary<string, string>(StringComparer.Ordinal)
        where MailValue.IsLink(value.Key)
        select $"<dt>{Encode(value.Key)}</dt><dd><a href=\"{Encode(value.Value)}\" target=\"_blank\" rel=\"noreferrer\">{Encode(value.Value)}</a></dd>");

    static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");
}
