using Mana.Analytics.Items;

namespace Mana.Analytics.Inbox;

/// <summary>What notifications say, in German and English (commerce.md 10.8). The quotation marks are those of the language.</summary>
internal static class NotificationWords
{
    public const string German = "de";
    public const string Answered = "admin_response";
    public const string Supported = "reactioner_bonus";
    const string StatusPrefix = "status_";

    public static string OfStatus(string status) => StatusPrefix + status;

    /// <summary>Title and body in a language.</summary>
    /// <param name="called">The idea's title, or how its text begins; cleaned.</param>
    /// <param name="written">What an administrator wrote; the body of an answer.</param>
    /// <param name="credits">Whole credits that were given.</param>
    public static (string Title, string? Body) For(string kind, string called, string? written, int credits, string locale) =>
        locale == German ? InGerman(kind, $"„{called}“", written, credits) : InEnglish(kind, $"“{called}”", written, credits);

    static (string Title, string? Body) InGerman(string kind, string idea, string? written, int credits) => kind switch
    {
        Answered => ($"Antwort auf {idea}", written),
        Supported => ($"{idea} ist umgesetzt", $"Du hast die Idee mitgetragen: {credits} Mana für dich."),
        StatusPrefix + "submitted" => ($"{idea} ist wieder offen", "Deine Idee steht wieder am Anfang."),
        StatusPrefix + "under_review" => ($"{idea} wird geprüft", "Wir sehen uns deine Idee an."),
        StatusPrefix + "planned" => ($"{idea} ist geplant", "Deine Idee steht auf dem Plan."),
        StatusPrefix + "in_progress" => ($"{idea} ist in Arbeit", "Wir bauen gerade daran."),
        StatusPrefix + FeedbackWords.Completed => ($"{idea} ist umgesetzt", "Deine Idee ist da. Danke!"),
        _ => ($"{idea} wird nicht umgesetzt", "Danke für die Idee; wir bauen sie nicht."),
    };

    static (string Title, string? Body) InEnglish(string kind, string idea, string? written, int credits) => kind switch
    {
        Answered => ($"An answer to {idea}", written),
        Supported => ($"{idea} is built", $"You supported the idea: {credits} mana for you."),
        StatusPrefix + "submitted" => ($"{idea} is open again", "Your idea is back at the start."),
        StatusPrefix + "under_review" => ($"{idea} is being looked at", "We are looking at your idea."),
        StatusPrefix + "planned" => ($"{idea} is planned", "Your idea is on the plan."),
        StatusPrefix + "in_progress" => ($"{idea} is in progress", "We are building it."),
        StatusPrefix + FeedbackWords.Completed => ($"{idea} is built", "Your idea is here. Thank you!"),
        _ => ($"{idea} will not be built", "Thank you for the idea; we are not going to build it."),
    };
}
