using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Data;

/// <summary>Columns in lower snake case; ids and keys are compared byte by byte.</summary>
internal static class Names
{
    public static void Apply(ModelBuilder modelBuilder)
    {
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Where(entity => entity.ClrType != typeof(OutboxMessage)))
        foreach (var property in entity.GetProperties())
        {
            property.SetColumnName(Snake(property.Name));
            if (property.ClrType == typeof(string) && property.GetColumnType() is not "jsonb")
                property.SetCollation("C");
        }
    }

    static string Snake(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString()));
}
