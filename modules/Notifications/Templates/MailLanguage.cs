using System.Globalization;
using Mana.Notifications.Contracts;

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

    public static readonly MailLanguage French = new(
        "fr", "dd/MM/yyyy 'à' HH:mm '(UTC)'",
        "Si le bouton ne fonctionne pas, ouvre cette adresse dans ton navigateur :",
        "Ce message a été envoyé automatiquement, parce qu'il concerne ton compte Mana.");

    public static readonly MailLanguage Italian = new(
        "it", "dd/MM/yyyy, HH:mm '(UTC)'",
        "Se il pulsante non funziona, apri questo indirizzo nel browser:",
        "Questo messaggio è stato inviato automaticamente, perché riguarda il tuo account Mana.");

    public static readonly MailLanguage Spanish = new(
        "es", "dd/MM/yyyy, HH:mm '(UTC)'",
        "Si el botón no funciona, abre esta dirección en el navegador:",
        "Este mensaje se ha enviado automáticamente, porque concierne a tu cuenta de Mana.");

    /// <summary>Those of every mail.</summary>
    public static readonly IReadOnlyList<MailLanguage> All = [German, English];

    /// <summary>Those of reminders, which push speaks as well (compute.md 8.8).</summary>
    public static readonly IReadOnlyList<MailLanguage> OfReminders = [German, English, French, Italian, Spanish];

    public static IReadOnlyList<MailLanguage> AllOf(string template) => template == MailTemplates.Reminder ? OfReminders : All;

    /// <summary>By the first part of a locale such as <c>en-GB</c>; German when we do not speak it.</summary>
    public static MailLanguage Of(string locale, string template)
    {
        var code = locale.Split('-', '_')[0];
        return AllOf(template).FirstOrDefault(language => language.Code.Equals(code, StringComparison.OrdinalIgnoreCase)) ?? German;
    }

    public string Tell(DateTimeOffset instant) => instant.UtcDateTime.ToString(InstantFormat, CultureInfo.InvariantCulture);
}
