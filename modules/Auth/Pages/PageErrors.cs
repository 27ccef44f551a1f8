using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>Refusals of the routes that people look at: a page, or the way to what is missing, instead of an envelope of JSON.</summary>
internal sealed class PageErrors : IErrorPage
{
    public Task WriteAsync(HttpContext context, ApiError error) => Answer(new Page(context), error).ExecuteAsync(context);

    static IResult Answer(Page page, ApiError error) => error switch
    {
        { StatusCode: 401 } => Page.SeeOther(SignInPages.PathFor(BackTo(page.Http.Request))),
        { Error: "STEP_UP_REQUIRED" } => Page.SeeOther(Account.ConfirmPage.PathFor(BackTo(page.Http.Request))),
        { StatusCode: 404 } => Say(page, error, page["Hier ist nichts", "Nothing here"], page["Diese Seite gibt es nicht.", "This page does not exist."]),
        { StatusCode: 413 } => Say(page, error, page["Zu viel", "Too much"], page["Das war mehr, als hier angenommen wird.", "That was more than is accepted here."]),
        { StatusCode: 429 } => Say(page, error, page["Einen Moment bitte", "One moment, please"], Wait(page, error.RetryAfterSeconds ?? 1)),
        { StatusCode: >= 500 } => Say(page, error, page["Gerade geht es nicht", "Not available right now"],
            page["Der Server ist gerade nicht bereit. Bitte versuche es gleich noch einmal.", "The server is not ready. Please try again in a moment."]),
        _ => Say(page, error, page["Das ging nicht", "That did not work"], page["Die Anfrage wurde abgelehnt. Geh zurück und lade die Seite neu.", "The request was refused. Go back and load the page again."]),
    };

    public static string Wait(Page page, int seconds) => seconds < 90
        ? page[$"Zu viele Versuche. Bitte warte {seconds} Sekunden.", $"Too many attempts. Please wait {seconds} seconds."]
        : page[$"Zu viele Versuche. Bitte warte etwa {(seconds + 59) / 60} Minuten.", $"Too many attempts. Please wait about {(seconds + 59) / 60} minutes."];

    static IResult Say(Page page, ApiError error, string title, string text) => page.Show(
        title,
        Markup.Of($"{Controls.Title(title, text)}<p>{Controls.Link(BackTo(page.Http.Request), page["Noch einmal versuchen", "Try again"])}</p><p class=\"fine\">{error.Error}</p>"),
        error.StatusCode);

    /// <summary>The page itself. A form is sent to the address of its page, so that leads back to where somebody was.</summary>
    static string BackTo(HttpRequest request) => HttpMethods.IsGet(request.Method) ? request.Path + request.QueryString : request.Path;
}
