using Mana.Analytics.Admin;
using Mana.Analytics.Inbox;
using Mana.Analytics.Items;
using Mana.Analytics.Metrics;
using Mana.Analytics.Pages;
using Mana.Analytics.Reactions;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Mana.Analytics;

/// <summary>Every route of the module (commerce.md 10).</summary>
internal static class AnalyticsEndpoints
{
    const int LargestForm = 16 * 1024;
    static readonly ErrorStyle Style = new(Unauthorized: "unauthorized", BadJson: "validation_failed", BadToken: "Invalid or expired token");

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithMetadata(Style, new RequestSizeLimitAttribute(RequestFields.LargestBody));
        MapOwn(api.MapGroup("/feedback").WithTags("feedback").RequireAuthorization(Policies.User));
        MapPublic(api.MapGroup("/public/feedback").WithTags("feedback").AllowAnonymous().RequireRateLimiting(AnalyticsModule.PublicLimit));
        api.MapGet("/admin/metrics", MetricsHandler.GetAsync).WithTags("feedback").RequireAuthorization(Policies.User).AddEndpointFilter<FeedbackAdminOnly>()
            .RequireRateLimiting(AnalyticsModule.ReadLimit).WithSummary("Figures of the platform by day, about nobody").Produces(403);
    }

    /// <summary>The page for people.</summary>
    public static void MapPages(IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup(BoardPages.Path).WithMetadata(new BoardErrors(), new RequestSizeLimitAttribute(LargestForm)).ExcludeFromDescription();
        pages.MapGet("", BoardPages.ListAsync).RequireRateLimiting(AnalyticsModule.PublicLimit);
        pages.MapGet("/{id}", BoardPages.OneAsync).RequireRateLimiting(AnalyticsModule.PublicLimit);
        pages.MapPost("/{id}/vote", BoardPages.VoteAsync).RequireRateLimiting(AnalyticsModule.ReactLimit);
    }

    static void MapOwn(RouteGroupBuilder feedback)
    {
        feedback.MapPost("", FeedbackHandlers.SubmitAsync).RequireRateLimiting(AnalyticsModule.SubmitLimit).WithSummary("Submit an idea, or reply to one").Produces<FeedbackRow>(201).Produces(400).Produces(404);
        feedback.MapPost("/{id}/react", ReactionHandler.ToggleAsync).RequireRateLimiting(AnalyticsModule.ReactLimit).WithSummary("Add a reaction, or take it away").Produces<ReactionState>().Produces(400).Produces(404);

        var read = feedback.MapGroup("").RequireRateLimiting(AnalyticsModule.ReadLimit);
        read.MapGet("/public", FeedbackHandlers.FeedAsync).WithSummary("Ideas, with the caller's reactions").Produces(400);
        read.MapGet("/me", FeedbackHandlers.MineAsync).WithSummary("What the caller wrote");
        read.MapGet("/me/reacted", FeedbackHandlers.ReactedAsync).WithSummary("Ideas of others that the caller reacted to");
        read.MapGet("/me/notifications", InboxHandlers.ListAsync).WithSummary("The caller's inbox");
        read.MapPost("/me/notifications/read-all", InboxHandlers.ReadAllAsync).WithSummary("Everything in the inbox is read");
        read.MapPost("/me/notifications/{id}/read", InboxHandlers.ReadAsync).WithSummary("One notification is read");
        read.MapGet("/{id}/replies", FeedbackHandlers.RepliesAsync).WithSummary("Replies to an idea").Produces<PublicItem[]>().Produces(404);
        read.MapDelete("/{id}", FeedbackHandlers.DeleteAsync).WithSummary("Take back what the caller wrote").Produces(404);

        var admin = read.MapGroup("/admin").AddEndpointFilter<FeedbackAdminOnly>();
        admin.MapGet("", TriageHandlers.ListAsync).WithSummary("Everything that was submitted").Produces(403);
        admin.MapPatch("/{id}", TriageHandlers.ChangeAsync).WithSummary("Move an item on, answer it, hide it").Produces<FeedbackRow>().Produces(400).Produces(403).Produces(404);
    }

    static void MapPublic(RouteGroupBuilder board)
    {
        board.MapGet("/feed", PublicHandlers.FeedAsync).WithSummary("Ideas, for anybody").Produces(304).Produces(400);
        board.MapGet("/eule/{hash}", PublicHandlers.AuthorAsync).WithSummary("Ideas of one pseudonym").Produces(304).Produces(400);
        board.MapGet("/{id}", PublicHandlers.ItemAsync).WithSummary("One idea with its replies").Produces(304).Produces(404);
    }
}
