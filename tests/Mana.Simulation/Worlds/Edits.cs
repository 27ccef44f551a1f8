using System.Globalization;
using Mana.Simulation.Devices;

namespace Mana.Simulation.Worlds;

/// <summary>What people do on a device, online or not. Half of the edits happen in the millisecond of the one before.</summary>
internal static class Edits
{
    static readonly string[] Fields = ["title", "note", "list"];

    public static Change? Make(World world, Device device, bool marked = false)
    {
        world.Pass();
        var dice = world.Dice;
        var scope = dice.Pick(device.Person.Readable.Order(StringComparer.Ordinal).ToList());
        var entries = world.Records.Of(scope).Where(entry => (entry.Author is null || entry.Author == device.Person) && (!marked || entry.Key.Id[0] == '~')).ToList();
        var entry = dice.Pick(entries);
        var view = device.View(entry.Key);
        var change = view is null ? Unknown(world, device, entry) : Known(world, device, entry, view);
        world.Changes.Add(change);
        if (change.Kind == ChangeKind.Erase || change.Writes.Any(write => write.Name == Change.Visibility))
            world.Facts.Doubt(change.Key);
        if (change.Writes.Any(write => write.Name == Change.DeletedAt))
            world.Facts.Deleted(change.Key);
        device.Edit(change);
        world.Note($"{device} edits {change}");
        return change;
    }

    static Change Unknown(World world, Device device, Entry entry)
    {
        var values = Values(world);
        if (!entry.Secret && world.Dice.Percent(15))
            return Build(world, device, entry, ChangeKind.Update, values);
        if (entry.Secret || (entry.Author is not null && world.Dice.Percent(30)))
            values.Add((Change.Visibility, "\"private\""));
        return Build(world, device, entry, ChangeKind.Insert, values);
    }

    static Change Known(World world, Device device, Entry entry, IReadOnlyDictionary<string, Held> view)
    {
        var deleted = view.TryGetValue(Change.DeletedAt, out var at) && at.Value != "null";
        var flips = entry is { Author: not null, Secret: false };
        // Unmodified clients cannot take their own hard delete back out of what is delivered late, so they only receive them.
        var erases = world.Climate.HardDeletes && !device.IsLegacy;
        return world.Dice.Weighted((60, 'u'), (deleted ? 0 : 15, 'd'), (deleted ? 25 : 0, 'r'), (erases ? 8 : 0, 'e'), (flips ? 20 : 0, 'v')) switch
        {
            'd' => Build(world, device, entry, ChangeKind.Delete, world.Dice.Percent(25) ? Values(world) : []),
            'r' => Build(world, device, entry, ChangeKind.Update, [(Change.DeletedAt, "null")]),
            'e' => Build(world, device, entry, ChangeKind.Erase, []),
            'v' => Build(world, device, entry, ChangeKind.Update, [(Change.Visibility, world.Dice.Percent(50) ? "\"private\"" : "\"space\"")]),
            _ => Build(world, device, entry, ChangeKind.Update, Values(world)),
        };
    }

    /// <summary>Mostly a value that occurs once in the world, sometimes one that others write too.</summary>
    static List<(string Name, string Value)> Values(World world)
    {
        var fields = world.Dice.Shuffled(Fields).Take(world.Dice.Between(1, 3));
        return [.. fields.Select(field => (field, world.Dice.Weighted((70, 'n'), (20, 's'), (5, '0'), (5, 'o')) switch
        {
            'n' => world.NextNumber().ToString(CultureInfo.InvariantCulture),
            's' => world.Dice.Percent(50) ? "\"same\"" : "\"other\"",
            'o' => $"{{\"n\":[{world.NextNumber()}]}}",
            _ => "null",
        }))];
    }

    static Change Build(World world, Device device, Entry entry, ChangeKind kind, List<(string Name, string Value)> values)
    {
        var micros = device.TimeFor(entry.Key, values.Select(value => value.Name).Append(kind == ChangeKind.Delete ? Change.DeletedAt : "createdAt"), world.Now);
        var at = Instants.Format(micros, device.Style);
        if (kind == ChangeKind.Insert)
            values.Add(("createdAt", $"\"{at}\""));
        if (kind == ChangeKind.Delete)
            values.Add((Change.DeletedAt, $"\"{at}\""));
        return new Change
        {
            Number = world.Changes.Count,
            ClientId = device.ClientId,
            UserId = device.Person.UserId,
            Key = entry.Key,
            Scope = entry.Scope,
            SpaceId = SpaceId(world, device.Person, entry),
            Kind = kind,
            Writes = [.. values.Select(value => new FieldWrite(value.Name, value.Value, at, micros))],
            EventId = device.IsLegacy ? null : Id(world),
            NamesTimes = !device.IsLegacy && world.Dice.Percent(50),
        };
    }

    static string? SpaceId(World world, Person person, Entry entry) => world.Spaces.Find(space => space.Scope == entry.Scope) is { } space
        ? space.Id
        : world.Dice.Weighted((60, default(string)), (20, "_personal:guest"), (20, "_personal:" + person.UserId));

    static Guid Id(World world)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)world.Dice.Below(256);
        return new Guid(bytes);
    }
}
