using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;
using Mana.FakeStripe.Webhooks;
using Mana.FakeStripe.World;

namespace Mana.FakeStripe.Http;

/// <summary>
/// What a person at a trial does in place of banks and of time: <c>/</c> in a browser, <c>/_fake/…</c> by curl.
/// </summary>
internal sealed class Control(StripeWorld world, Faults faults, Deliveries deliveries)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => Pages.Html("Overview", Overview()));
        app.MapGet("/_fake/objects/{kind}", (string kind) => Results.Text(new JsonArray([.. world.All(kind)]).ToJsonString(), "application/json"));
        app.MapGet("/_fake/events", () => Results.Text(new JsonArray([.. world.Events]).ToJsonString(), "application/json"));
        app.MapPost("/_fake/advance", (HttpRequest request) => Do(request, () => world.Advance(TimeSpan.FromHours(Number(request, "hours", 24)))));
        app.MapPost("/_fake/settle/{intent}", (string intent, HttpRequest request) => Do(request, () => world.SettleSepa(intent, Flag(request, "paid"))));
        app.MapPost("/_fake/refund/{intent}", (string intent, HttpRequest request) =>
            Do(request, () => world.Refund(intent, request.Query["amount"].ToString() is { Length: > 0 } amount ? long.Parse(amount, CultureInfo.InvariantCulture) : null)));
        app.MapPost("/_fake/dispute/{intent}", (string intent, HttpRequest request) => Do(request, () => world.Dispute(intent)));
        app.MapPost("/_fake/disputes/{id}/close", (string id, HttpRequest request) => Do(request, () => world.CloseDispute(id, Flag(request, "won") ?? true)));
        app.MapPost("/_fake/renew-with/{subscription}", (string subscription, HttpRequest request) =>
            Do(request, () => world.RenewWith(subscription, Enum.Parse<Means>(request.Query["means"].ToString(), ignoreCase: true))));
        app.MapPost("/_fake/faults", (HttpRequest request) => Do(request, () =>
            faults.Next(request.Query["path"].ToString(), Enum.Parse<FaultKind>(request.Query["kind"].ToString(), ignoreCase: true), (int)Number(request, "times", 1))));
        app.MapPost("/_fake/chaos", (HttpRequest request) => Do(request, () => deliveries.Chaos =
            new Chaos((int)Number(request, "seed", 1), Number(request, "lost", 0), Number(request, "twice", 0), (int)Number(request, "window", 0), TimeSpan.FromSeconds(Number(request, "delay", 0)))));
    }

    static IResult Do(HttpRequest request, Action what)
    {
        try
        {
            what();
        }
        catch (StripeRefusalException refusal)
        {
            return Results.Text(refusal.Body.ToJsonString(), "application/json", statusCode: refusal.Status);
        }

        return request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal) ? Results.Redirect("/") : Results.Ok(new { ok = true });
    }

    string Overview()
    {
        static string Button(string action, string label) => $"<form method=post action=\"/_fake/{action}\"><button>{label}</button></form>";
        static string Row(JsonObject one, string more) => $"<li><code>{WebUtility.HtmlEncode(one.Text("id"))}</code> {WebUtility.HtmlEncode(one.Text("status"))} {more}</li>";
        var intents = world.All("payment_intent").Reverse().Take(20).Select(one => Row(one, one.Text("status") switch
        {
            "processing" => Button($"settle/{one.Text("id")}?paid=true", "Bank pays") + Button($"settle/{one.Text("id")}?paid=false", "Bank refuses"),
            "succeeded" => Button($"refund/{one.Text("id")}", "Refund") + Button($"dispute/{one.Text("id")}", "Dispute"),
            _ => "",
        }));
        var disputes = world.All("dispute").Reverse().Take(20).Select(one => Row(one, Button($"disputes/{one.Text("id")}/close?won=true", "Won") + Button($"disputes/{one.Text("id")}/close?won=false", "Lost")));
        var subscriptions = world.All("subscription").Reverse().Take(20).Select(one => Row(one, Button($"renew-with/{one.Text("id")}?means=declined", "Card fails from now on") + Button($"renew-with/{one.Text("id")}?means=card", "Card works")));
        return $"""
            <h1>Fake Stripe</h1><p>It is {world.Now:u} here. {Button("advance?hours=24", "A day later")}{Button("advance?hours=744", "31 days later")}</p>
            <h2>Payments</h2><ul>{string.Concat(intents)}</ul><h2>Subscriptions</h2><ul>{string.Concat(subscriptions)}</ul><h2>Disputes</h2><ul>{string.Concat(disputes)}</ul>
            """;
    }

    static double Number(HttpRequest request, string name, double otherwise) =>
        double.TryParse(request.Query[name].ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    static bool? Flag(HttpRequest request, string name) => bool.TryParse(request.Query[name].ToString(), out var flag) ? flag : null;
}
