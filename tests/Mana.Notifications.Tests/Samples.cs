using Mana.Notifications.Contracts;
using Mana.Notifications.Templates;

namespace Mana.Notifications.Tests;

/// <summary>Mails that are all right, for tests to spoil.</summary>
internal static class Samples
{
    public const string BaseUrl = "http://localhost:3001";
    public const string Instant = "2026-11-20T12:34:56Z";

    static int _count;

    /// <summary>An address that nobody else in the run uses; its beginning tells the mail server what to do.</summary>
    public static string Address(string behaviour = "ada") => $"{behaviour}-{Guid.NewGuid():N}@example.test";

    public static Mail Reset(string recipient, string? key = null, string locale = "de", string? userId = null, DateTimeOffset? expiresAt = null) =>
        Of(MailTemplates.ResetPassword, recipient, key, locale, userId) with { ExpiresAt = expiresAt };

    public static Mail Of(string template, string recipient, string? key = null, string locale = "de", string? userId = null) =>
        new(key ?? NewKey(), template, recipient, locale, userId, Values(template));

    public static Mail With(this Mail mail, string name, string value) =>
        mail with { Values = new Dictionary<string, string>(mail.Values, StringComparer.Ordinal) { [name] = value } };

    public static Mail Without(this Mail mail, string name) =>
        mail with { Values = mail.Values.Where(value => value.Key != name).ToDictionary(StringComparer.Ordinal) };

    public static Dictionary<string, string> Values(string template) =>
        MailCatalog.Values[template].ToDictionary(name => name, Value, StringComparer.Ordinal);

    public static string NewKey() => $"key-{Interlocked.Increment(ref _count)}-{Guid.NewGuid():N}";

    static string Value(string name) => name switch
    {
        _ when MailValue.IsLink(name) => $"{BaseUrl}/{name}?token=t-{name}",
        _ when MailValue.IsInstant(name) => Instant,
        _ => $"the {name}",
    };
}
