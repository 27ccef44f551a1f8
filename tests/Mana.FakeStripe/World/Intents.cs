using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Intents without a page, and the portal.</summary>
public sealed partial class StripeWorld
{
    readonly Dictionary<string, (string Customer, string ReturnUrl)> _portals = new(StringComparer.Ordinal);

    public JsonObject NewPaymentIntent(JsonObject form)
    {
        lock (_lock)
            return NewIntent(
                form.NumberAt("amount") ?? throw new StripeRefusalException(400, "invalid_request_error", "parameter_missing", "Missing required param: amount.", "amount"), form.At("currency") ?? "eur",
                form.At("customer") is { } customer ? Customer(customer).Text("id") : null, form.Branch("metadata"),
                form.Branch("payment_method_types") is { } types ? new JsonArray([.. types.Select(type => type.Value!.DeepClone())]) : null);
    }

    public JsonObject NewPortalSession(JsonObject form)
    {
        lock (_lock)
        {
            var (id, customer, back) = (Id("bps"), Customer(form.At("customer") ?? "").Text("id"), form.At("return_url") ?? "");
            _portals[id] = (customer, back);
            return Add(Shape.New("billing_portal.session").With(("id", id), ("customer", customer), ("return_url", back), ("url", $"{BaseUrl}/portal/{id}"), ("flow", null)));
        }
    }

    /// <summary>Whose portal a session opens, and where it leads back to.</summary>
    public (string Customer, string ReturnUrl)? Portal(string id)
    {
        lock (_lock)
            return _portals.TryGetValue(id, out var found) ? found : null;
    }
}
