using System.Text.Json.Nodes;
using Mana.Apps.Calendar.Records;

namespace Mana.Apps.Calendar.Google.Mirror;

/// <summary>What an item of Google changes in our two records of the event, facet by facet.</summary>
internal static class FacetFields
{
    /// <summary>Fields of the event and of its block.</summary>
    /// <param name="theirs">The item as an import would write it.</param>
    public static (JsonObject Event, JsonObject Block) Of(EventRecord theirs, IEnumerable<Facet> facets, MirroredEvent now)
    {
        JsonObject what = [], when = [];
        foreach (var facet in facets)
            switch (facet)
            {
                case Facet.Title:
                    Copy("title", theirs.Event, what);
                    Copy("title", theirs.Block, when);
                    break;
                case Facet.Description:
                    Copy("description", theirs.Event, what);
                    Copy("description", theirs.Block, when);
                    break;
                case Facet.Location:
                    Copy("location", theirs.Event, what);
                    break;
                case Facet.Time:
                    foreach (var name in (string[])["startDate", "endDate", "allDay", "timezone"])
                        Copy(name, theirs.Block, when);
                    break;
                case Facet.Recurrence:
                    Copy("recurrenceRule", theirs.Block, when);
                    when["exdates"] = Dates(theirs.Block["exdates"], (now.Block ?? now.Record).Fields["exdates"]);
                    when["rdates"] = Dates(theirs.Block["rdates"], null);
                    break;
                case Facet.Visibility:
                    Copy("visibility", theirs.Event, what);
                    Copy("transparency", theirs.Event, what);
                    break;
                case Facet.Alarms:
                    what["reminders"] = theirs.Event["reminders"]?.DeepClone() ?? new JsonArray();
                    break;
            }

        Unseal(what, now.Record.Fields);
        if (now.Block is { } block)
            Unseal(when, block.Fields);
        return (what, when);
    }

    /// <summary>Google names a cancelled instance once, so dates that are held already are kept.</summary>
    public static JsonArray Dates(JsonNode? theirs, JsonNode? held) => new([.. ((theirs as JsonArray) ?? []).Concat((held as JsonArray) ?? [])
        .Select(Wire.RecordText.Of).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(date => (JsonNode?)date)]);

    static void Unseal(JsonObject changes, JsonObject held)
    {
        foreach (var name in changes.Select(change => change.Key).Where(name => LocalWrites.IsSealed(held, name)).ToList())
            changes.Remove(name);
    }

    static void Copy(string name, JsonObject from, JsonObject to) => to[name] = from[name]?.DeepClone();
}
