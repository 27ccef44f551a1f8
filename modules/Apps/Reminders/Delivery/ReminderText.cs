using System.Collections.Frozen;
using System.Globalization;
using Mana.Apps.Reminders.Data;
using NodaTime;

namespace Mana.Apps.Reminders.Delivery;

/// <summary>What a reminder says (compute.md 8.8): never ciphertext, in five languages, times in the reader's zone.</summary>
internal static class ReminderText
{
    const string Encrypted = "enc:";
    const int Longest = 200;

    static readonly FrozenDictionary<string, Words> Languages = new Dictionary<string, Words>(StringComparer.Ordinal)
    {
        ["de"] = new("Aufgabe fällig", "Termin", "Pflanze gießen", "Erinnerung", "Um {0}", "Überfällig seit {0}", "Verpasste Erinnerungen", "{0} Erinnerungen kamen nicht rechtzeitig an", "dd.MM. HH:mm"),
        ["en"] = new("Task due", "Event", "Water your plant", "Reminder", "At {0}", "Overdue since {0}", "Missed reminders", "{0} reminders could not be delivered in time", "d MMM HH:mm"),
        ["fr"] = new("Tâche à faire", "Événement", "Arroser la plante", "Rappel", "À {0}", "En retard depuis {0}", "Rappels manqués", "{0} rappels n'ont pas pu être livrés à temps", "dd/MM HH:mm"),
        ["it"] = new("Attività in scadenza", "Evento", "Annaffiare la pianta", "Promemoria", "Alle {0}", "In ritardo da {0}", "Promemoria persi", "{0} promemoria non sono arrivati in tempo", "dd/MM HH:mm"),
        ["es"] = new("Tarea pendiente", "Evento", "Regar la planta", "Recordatorio", "A las {0}", "Atrasado desde {0}", "Recordatorios perdidos", "{0} recordatorios no llegaron a tiempo", "dd/MM HH:mm"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool Speaks(string language) => Languages.ContainsKey(language);

    /// <summary>The hint of the client, the record's own title when it can be read, or what kind of thing it is.</summary>
    public static string Title(ReminderRule rule, string? recorded, string locale) =>
        Readable(rule.TitleHint) ?? Readable(recorded) ?? Of(locale).Generic(rule.AppId);

    public static string Body(ReminderRule rule, Instant anchor, DateTimeZone zone, string locale, bool overdue, bool otherDay)
    {
        if (Readable(rule.BodyHint) is { } hint)
            return hint;
        var words = Of(locale);
        var civil = anchor.InZone(zone).ToDateTimeUnspecified();
        var when = civil.ToString(otherDay ? words.DayAndTime : "HH:mm", CultureInfo.InvariantCulture);
        return string.Format(CultureInfo.InvariantCulture, overdue ? words.Overdue : words.At, when);
    }

    public static (string Title, string Body) Missed(int count, string locale) =>
        (Of(locale).MissedTitle, string.Format(CultureInfo.InvariantCulture, Of(locale).MissedBody, count));

    static Words Of(string locale) => Languages.GetValueOrDefault(locale.Split('-', '_')[0], Languages["de"]);

    static string? Readable(string? text) =>
        string.IsNullOrWhiteSpace(text) || text.StartsWith(Encrypted, StringComparison.Ordinal) ? null : text.Length <= Longest ? text : text[..Longest] + "…";

    sealed record Words(string Task, string Event, string Watering, string Other, string At, string Overdue, string MissedTitle, string MissedBody, string DayAndTime)
    {
        public string Generic(string appId) => appId switch
        {
            "todo" => Task,
            "calendar" or "timeblocks" => Event,
            "plants" => Watering,
            _ => Other,
        };
    }
}
