using System.Text.Json.Nodes;
using Mana.FakeStripe.Shapes;

namespace Mana.FakeStripe.World;

/// <summary>Customers, products and prices.</summary>
public sealed partial class StripeWorld
{
    public JsonObject NewCustomer(string? email, JsonObject? metadata, string? id = null)
    {
        lock (_lock)
        {
            var customer = Add(Shape.New("customer").With(
                ("id", id ?? Id("cus")), ("email", email), ("metadata", new JsonObject().Merge(metadata)), ("currency", null), ("discount", null), ("name", null), ("shipping", null)));
            Emit("customer.created", customer);
            return customer;
        }
    }

    public JsonObject ChangeCustomer(string id, JsonObject form)
    {
        lock (_lock)
        {
            var customer = Customer(id);
            foreach (var field in (string[])["email", "name"])
                if (form.At(field) is { } value)
                    customer[field] = value.Length > 0 ? value : null;
            customer["metadata"]!.AsObject().Merge(form.Branch("metadata"));
            Emit("customer.updated", customer);
            return customer;
        }
    }

    public JsonObject DeleteCustomer(string id)
    {
        lock (_lock)
        {
            var customer = Customer(id);
            Emit("customer.deleted", customer);
            return _objects[id] = new JsonObject { ["id"] = id, ["object"] = "customer", ["deleted"] = true };
        }
    }

    public JsonObject NewProduct(string name, JsonObject? metadata = null, string? id = null)
    {
        lock (_lock)
            return Add(Shape.New("product").With(("id", id ?? Id("prod")), ("name", name), ("active", true), ("metadata", new JsonObject().Merge(metadata))));
    }

    /// <summary>A price, of a given id when the seed of a trial names it.</summary>
    public JsonObject NewPrice(string productId, long amount, string currency, string? interval, string? lookupKey, string? id = null)
    {
        lock (_lock)
            return Add(Shape.New("price").With(
                ("id", id ?? Id("price")), ("product", productId), ("unit_amount", amount), ("unit_amount_decimal", amount.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("currency", currency),
                ("type", interval is null ? "one_time" : "recurring"), ("lookup_key", lookupKey), ("active", true), ("metadata", new JsonObject()),
                ("recurring", interval is null ? null : new JsonObject { ["interval"] = interval, ["interval_count"] = 1, ["usage_type"] = "licensed" })));
    }

    /// <summary>The plans and packs of commerce.md 5.1 and 6.1, under ids that a configuration can name: <c>price_M_month</c>, <c>price_potion_small</c>.</summary>
    public void Seed()
    {
        foreach (var (name, month, year) in (( string, long, long)[])[("S", 499, 4790), ("M", 999, 9590), ("L", 1999, 19190), ("XL", 3999, 38390), ("XXL", 9999, 95990)])
        {
            NewProduct("Mana Quelle " + name, id: "prod_" + name);
            NewPrice("prod_" + name, month, "eur", "month", null, $"price_{name}_month");
            NewPrice("prod_" + name, year, "eur", "year", null, $"price_{name}_year");
        }

        foreach (var (name, amount) in ((string, long)[])[("small", 490), ("medium", 980), ("large", 1960), ("huge", 3920)])
        {
            NewProduct("Mana Trank " + name, id: "prod_potion_" + name);
            NewPrice("prod_potion_" + name, amount, "eur", null, null, "price_potion_" + name);
        }
    }

    JsonObject Customer(string id)
    {
        if (_objects.TryGetValue(id, out var found) && found.Text("object") == "customer" && !found.Flag("deleted"))
            return found;
        return options.AdoptUnknown && found is null ? NewCustomer(null, null, id) : throw new StripeRefusalException(400, "invalid_request_error", "resource_missing", $"No such customer: '{id}'", "customer");
    }

    JsonObject Price(string id, bool recurring)
    {
        if (!_objects.TryGetValue(id, out var price) || price.Text("object") != "price")
            throw new StripeRefusalException(400, "invalid_request_error", "resource_missing", $"No such price: '{id}'", "line_items[0][price]");
        return price["recurring"] is null == recurring
            ? throw new StripeRefusalException(400, "invalid_request_error", null, "You must provide a recurring price in subscription mode, and one that is paid once in payment mode", "line_items[0][price]")
            : price;
    }
}
