using System.Globalization;

namespace Mana.Notifications.Templates;

/// <summary>A language that mails are written in: its texts are the files of <c>Templates/&lt;code&gt;/</c>.</summary>
/// <param name="Code">ISO 639-1.</param>
/// <param name="InstantFormat">How an instant in UTC is told; we do not know where the reader is.</param>
internal sealed record MailLanguage(string Code, string InstantFormat, string ButtonHint, string Footer)
{
    public static readonly MailLanguage German = new(
        "de", "dd.MM.yyyy, HH:mm 'Uhr (UTC)'",
        "Falls der Knopf nicht funktioniert, öffne diese Adresse im Browser:",
        "Diese Mail wurde automatisch verschickt, weil sie dein Konto bei Mana oder eine Einladung dorthin betrifft.");

    public static readonly MailLanguage English = new(
        "en", "d MMMM yyyy, HH:mm '(UTC)'",
        "If the button does not work, open this address in your browser:",
        "This mail was sent automatically, because it concerns your account at Mana or an invitation to it.");

    public static readonly IReadOnlyList<MailLanguage> All = [German, English];

    /// <summary>By the first part of a locale such as <c>en-GB</c>; German when we do not speak it.</summary>
    public static MailLanguage Of(string locale)
    {
        var code = locale.Split('-', '_')[0];
        return All.FirstOrDefault(language => language.Code.Equals(code, StringComparison.OrdinalIgnoreCase)) ?? German;
    }

    public string Tell(DateTimeOffset instant) => instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);
}
