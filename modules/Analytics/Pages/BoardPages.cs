using Mana.Analytics.Items;
using Mana.Analytics.Reactions;
using Mana.Auth.Contracts;
using Mana.Kernel.Identity;
using Mana.Kernel.Pages;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Pages;

/// <summary><c>/feedback</c>: the board for people. Reading needs neither an account nor script; a vote is a form.</summary>
internal static class BoardPages
{
    public const string Path = "/feedback";
    const string Vote = "👍";
    const int PageSize = 20;
    const int LastPage = 500;

    public static async Task<IResult> ListAsync(BoardFrame page, FeedbackBoard board, CancellationToken cancellationToken)
    {
        var visitor = await page.VisitorAsync();
        // Addresses are typed and shared: what is no filter is left out.
        var (category, status) = (Known(page.Query["category"], FeedbackWords.Categories), Known(page.Query["status"], FeedbackWords.Statuses));
        var recent = page.Query["sort"] == "recent";
        var number = int.TryParse(page.Query["page"], out var wanted) ? Math.Clamp(wanted, 1, LastPage) : 1;
        var ideas = await board.FeedAsync(visitor?.UserId, new FeedFilter(null, null, category, status, recent, PageSize + 1, (number - 1) * PageSize), cancellationToken);
        var rows = ideas.Take(PageSize).Select(idea => Markup.Of($"""<li class="card idea">{Score(page, idea, visitor)}<div>{Text(page, idea, isWhole: false)}</div></li>"""));
        return page.Show(page["Ideen", "Ideas"], Markup.Of($"""
            {Controls.Title(page["Ideen für Mana", "Ideas for Mana"], page["Was sich andere wünschen. Stimme ab, was dir wichtig ist.", "What others wish for. Vote for what matters to you."])}
            {Filters(page, category, status, recent)}
            {(ideas.Count == 0 ? Markup.Of($"<p class=\"card\">{page["Hier ist noch nichts.", "Nothing here yet."]}</p>") : Markup.Of($"<ul class=\"ideas\">{rows}</ul>"))}
            <nav class="pager" aria-label="{page["Seiten", "Pages"]}"><span>{(number > 1 ? Controls.Link(Address(category, status, recent, number - 1), page["← Zurück", "← Back"]) : Markup.None)}</span>
            <span>{(ideas.Count > PageSize && number < LastPage ? Controls.Link(Address(category, status, recent, number + 1), page["Weiter →", "Next →"]) : Markup.None)}</span></nav>
            """), visitor);
    }

    public static async Task<IResult> OneAsync(string id, BoardFrame page, FeedbackBoard board, CancellationToken cancellationToken)
    {
        var visitor = await page.VisitorAsync();
        if (!Guid.TryParseExact(id, "D", out var known) || await board.ThreadAsync(visitor?.UserId, known, cancellationToken) is not var (item, replies))
            return FeedbackRefusals.NotFound;
        var answers = replies.Select(reply => Markup.Of($"""<div class="reply"><p>{reply.FeedbackText}</p><div class="meta"><span>{Author(reply)}</span><span>{page.Day(reply.CreatedAt)}</span></div></div>"""));
        return page.Show(Called(page, item), Markup.Of($"""
            <p class="fine">{Controls.Link(Path, page["← Alle Ideen", "← All ideas"])}</p>
            <article class="card"><div class="idea">{Score(page, item, visitor)}<div>{Text(page, item, isWhole: true)}</div></div>
            {(replies.Count == 0 ? Markup.None : Markup.Of($"<h2>{page["Antworten", "Replies"]}</h2>{answers}"))}</article>
            """), visitor);
    }

    public static async Task<IResult> VoteAsync(string id, BoardFrame page, IAntiforgery antiforgery, ReactionToggle reactions, CancellationToken cancellationToken)
    {
        if (await page.VisitorAsync() is not { } visitor)
            return Results.LocalRedirect($"{SessionSchemes.SignInPath}?callbackURL={Uri.EscapeDataString(Path)}");
        if (!await IsReadableAsync(page.Http.Request) || !await antiforgery.IsRequestValidAsync(page.Http) || !Guid.TryParseExact(id, "D", out var known)
            || await reactions.ToggleAsync(known, visitor.UserId, Vote, seesAll: false, cancellationToken) is null)
            return FeedbackRefusals.NotFound;
        page.Http.Response.Headers.Location = $"{Path}/{known}";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>A form that ends too early, or cannot be read, is none of ours; the reader would throw at every later look.</summary>
    static async Task<bool> IsReadableAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType && (await request.ReadFormAsync(request.HttpContext.RequestAborted)).Count > 0;
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException or IOException and not BadHttpRequestException)
        {
            return false;
        }
    }

    static Markup Score(BoardFrame page, PublicItem idea, CurrentUser? visitor)
    {
        var mine = idea.MyReactions?.Contains(Vote) == true;
        var label = mine ? page["Stimme zurücknehmen", "Take back your vote"] : page["Dafür stimmen", "Vote for it"];
        var vote = visitor is null || idea.DeletedAt is not null ? Markup.None
            : page.Form($"{Path}/{idea.Id}/vote", Markup.Of($"""<button type="submit" class="secondary{(mine ? " mine" : "")}" aria-label="{label}" aria-pressed="{(mine ? "true" : "false")}" title="{label}">▲</button>"""));
        return Markup.Of($"""<div class="score">{idea.Score}<small>{page["Punkte", "points"]}</small>{vote}</div>""");
    }

    static Markup Text(BoardFrame page, PublicItem idea, bool isWhole)
    {
        var called = Called(page, idea);
        var title = isWhole ? Markup.Of($"<h1>{called}</h1>") : Markup.Of($"<h2>{Controls.Link($"{Path}/{idea.Id}", called)}</h2>");
        var text = idea.Title is null && called == idea.FeedbackText ? Markup.None : Markup.Of($"<p>{(isWhole ? idea.FeedbackText : Cut(idea.FeedbackText, 280))}</p>");
        var answer = idea.AdminResponse is { Length: > 0 } said && isWhole ? Markup.Of($"""<div class="answer"><strong>{page["Antwort vom Team", "The team's answer"]}</strong><p>{said}</p></div>""") : Markup.None;
        return Markup.Of($"""
            {title}{text}{answer}<div class="meta"><span class="state {idea.Status}">{BoardWords.Status(page, idea.Status)}</span><span>{BoardWords.Category(page, idea.Category)}</span>
            <span>{Author(idea)}</span><time datetime="{PlatformJson.Instant(idea.CreatedAt)}">{page.Day(idea.CreatedAt)}</time></div>
            """);
    }

    static Markup Filters(BoardFrame page, string? category, string? status, bool recent)
    {
        var all = page["alle", "all"];
        return Markup.Of($"""
            <form method="get" action="{Path}" class="filters" role="search">
            <label>{page["Art", "Kind"]}<select name="category">{Option("", all, category is null)}{FeedbackWords.Categories.Select(word => Option(word, BoardWords.Category(page, word), word == category))}</select></label>
            <label>{page["Stand", "State"]}<select name="status">{Option("", all, status is null)}{FeedbackWords.Statuses.Select(word => Option(word, BoardWords.Status(page, word), word == status))}</select></label>
            <label>{page["Reihenfolge", "Order"]}<select name="sort">{Option("score", page["nach Punkten", "by points"], !recent)}{Option("recent", page["neueste zuerst", "newest first"], recent)}</select></label>
            {Controls.Button(page["Zeigen", "Show"], "secondary")}</form>
            """);
    }

    static Markup Option(string value, string text, bool isChosen) => Markup.Of($"""<option value="{value}"{new Markup(isChosen ? " selected" : "")}>{text}</option>""");

    static string Called(BoardFrame page, PublicItem item) => item.DeletedAt is not null ? page["Gelöscht", "Deleted"] : item.Title ?? Cut(item.FeedbackText, 80);

    static string Author(PublicItem item) => item.RealName is { } name ? $"{item.DisplayName} ({name})" : item.DisplayName;

    static string Cut(string text, int longest) => text.Length <= longest ? text : Rewards.Grants.Cut(text, longest) + "…";

    static string? Known(string? value, string[] words) => words.Contains(value) ? value : null;

    static string Address(string? category, string? status, bool recent, int number) => $"{Path}?category={category}&status={status}&sort={(recent ? "recent" : "score")}&page={number}";
}

/// <summary>What the closed sets are called on the page (commerce.md 10.1).</summary>
internal static class BoardWords
{
    public static string Category(BoardFrame page, string category) => category switch
    {
        "bug" => page["Bug", "Bug"],
        "feature" => page["Feature", "Feature"],
        "improvement" => page["Verbesserung", "Improvement"],
        "question" => page["Frage", "Question"],
        "praise" => page["Lob", "Praise"],
        "onboarding-wish" => page["Was ich mir wünsche", "What I wish for"],
        _ => page["Sonstiges", "Other"],
    };

    public static string Status(BoardFrame page, string status) => status switch
    {
        "under_review" => page["Wird geprüft", "Under review"],
        "planned" => page["Geplant", "Planned"],
        "in_progress" => page["In Arbeit", "In progress"],
        FeedbackWords.Completed => page["Umgesetzt", "Done"],
        "declined" => page["Abgelehnt", "Declined"],
        _ => page["Eingereicht", "Submitted"],
    };
}
