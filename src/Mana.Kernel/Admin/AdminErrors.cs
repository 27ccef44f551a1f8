using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Kernel.Admin;

/// <summary>Refusals of <c>/admin</c>. To everybody but administrators there is nothing here.</summary>
internal sealed class AdminErrors : IErrorPage
{
    public Task WriteAsync(HttpContext context, ApiError error)
    {
        var page = new AdminPage(context);
        var desk = context.RequestServices.GetRequiredService<IAdminDesk>();
        return (error switch
        {
            { StatusCode: 401 } => AdminPage.SeeOther(desk.SignInPath(BackTo(context.Request))),
            { Error: "STEP_UP_REQUIRED" } => AdminPage.SeeOther(desk.ConfirmPath(BackTo(context.Request))),
            { Error: "Forbidden" } or { StatusCode: 404 } => page.Bare(page["Hier ist nichts", "Nothing here"], page["Diese Seite gibt es nicht.", "This page does not exist."], 404),
            { StatusCode: 429 } => page.Bare(page["Einen Moment bitte", "One moment, please"], page["Zu viele Anfragen.", "Too many requests."], 429),
            { StatusCode: >= 500 } => page.Bare(page["Gerade geht es nicht", "Not available right now"], page["Der Server ist gerade nicht bereit.", "The server is not ready."], error.StatusCode),
            _ => page.Bare(page["Das ging nicht", "That did not work"], error.Message, error.StatusCode),
        }).ExecuteAsync(context);
    }

    public static IResult Stale(AdminPage page) =>
        page.Bare(page["Das Formular ist abgelaufen", "This form has expired"], page["Nichts wurde geändert. Öffne die Seite noch einmal.", "Nothing was changed. Open the page again."], 400);

    /// <summary>A form is sent to the address of its page. The query stays behind: it may hold what was searched for.</summary>
    static string BackTo(HttpRequest request) => request.Path.ToUriComponent();
}
