using System.Net;
using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.World;

namespace Mana.FakeStripe.Http;

/// <summary>The pages that people see of Stripe: checkout, portal, invoice; small enough to be pressed by a test.</summary>
internal sealed class Pages(StripeWorld world)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/pay/{id}", (string id) => world.Find(id) is { } session ? Html("Pay", Checkout(session, null)) : Results.NotFound());
        app.MapPost("/pay/{id}", (string id, HttpRequest request) => Pay(id, request.Query["with"].ToString()));
        app.MapGet("/portal/{id}", (string id) => world.Portal(id) is { } portal ? Html("Billing", Portal(id, portal)) : Results.NotFound());
        app.MapPost("/portal/{id}/{subscription}", (string id, string subscription, HttpRequest request) =>
        {
            world.ChangeSubscription(subscription, new JsonObject { ["cancel_at_period_end"] = request.Query["cancel"].ToString() });
            return Results.Redirect("/portal/" + id);
        });
        app.MapGet("/invoice/{id}", (string id) => world.Find(id) is { } invoice ? Html("Invoice", Invoice(invoice)) : Results.NotFound());
        app.MapGet("/invoice/{id}/pdf", (string id) => world.Find(id) is { } invoice ? Results.Text($"Invoice {invoice.Text("number")}: {Money(invoice, "total")}, {invoice.Text("status")}\n") : Results.NotFound());
        app.MapPost("/invoice/{id}", (string id) =>
        {
            world.PayInvoice(id, Means.Card);
            return Results.Redirect("/invoice/" + id);
        });
    }

    IResult Pay(string id, string with)
    {
        if (world.Find(id) is not { } session)
            return Results.NotFound();
        if (with == "cancel")
            return Results.Redirect(session.Text("cancel_url"));
        if (session.Text("status") != "open")
            return Html("Pay", Checkout(session, null));
        world.PaySession(id, with switch { "sepa" => Means.Sepa, "sepa_fails" => Means.SepaFails, "decline" => Means.Declined, _ => Means.Card });
        return with == "decline"
            ? Html("Pay", Checkout(session, "Your card was declined."))
            : Results.Redirect(session.Text("success_url").Replace("{CHECKOUT_SESSION_ID}", id, StringComparison.Ordinal));
    }

    static string Checkout(JsonObject session, string? message)
    {
        if (session.Text("status") != "open")
            return $"<p>This checkout is {Safe(session.Text("status"))}.</p>";
        var action = "/pay/" + session.Text("id");
        return $"""
            <h1>{Money(session, "amount_total")}</h1>
            <p>{(session.Text("mode") == "subscription" ? "A subscription" : "One payment")}. This is a fake Stripe: no money moves.</p>
            {(message is null ? "" : $"<p role=alert>{Safe(message)}</p>")}
            {Button(action + "?with=card", "Pay")}{Button(action + "?with=sepa", "SEPA")}{Button(action + "?with=sepa_fails", "SEPA that comes back")}{Button(action + "?with=decline", "Decline")}{Button(action + "?with=cancel", "Cancel")}
            """;
    }

    string Portal(string id, (string Customer, string ReturnUrl) portal)
    {
        var rows = world.All("subscription", one => one["customer"]?.GetValue<string>() == portal.Customer).Select(one =>
        {
            var cancelled = one.Flag("cancel_at_period_end");
            return $"<li>{Safe(one.Text("id"))}: {Safe(one.Text("status"))}{(cancelled ? ", ends with its period" : "")} "
                + (one.Text("status") == "canceled" ? "" : Button($"/portal/{id}/{one.Text("id")}?cancel={(cancelled ? "false" : "true")}", cancelled ? "Resume" : "Cancel subscription")) + "</li>";
        });
        return $"<h1>Subscriptions</h1><ul>{string.Concat(rows)}</ul><p><a href=\"{Safe(portal.ReturnUrl)}\">Back</a></p>";
    }

    static string Invoice(JsonObject invoice) =>
        $"<h1>Invoice {Safe(invoice.Text("number"))}</h1><p>{Money(invoice, "total")}, {Safe(invoice.Text("status"))}</p>" + (invoice.Text("status") == "open" ? Button("/invoice/" + invoice.Text("id"), "Pay") : "");

    static string Button(string action, string label) => $"<form method=post action=\"{Safe(action)}\"><button>{Safe(label)}</button></form>";

    static string Money(JsonObject one, string member) => $"{one.Number(member) / 100m:0.00} {Safe(one.Text("currency").ToUpperInvariant())}";

    static string Safe(string text) => WebUtility.HtmlEncode(text);

    internal static IResult Html(string title, string body) => Results.Content($$"""
        <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>{{title}} (fake Stripe)</title>
        <style>body{font:16px system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}form{display:inline}button{margin:.3rem .3rem .3rem 0;padding:.5rem 1rem}li{margin:.4rem 0}</style>
        <body>{{body}}</body></html>
        """, "text/html; charset=utf-8");
}
