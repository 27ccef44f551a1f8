using Mana.Architecture.Tests.Rules;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Mono.Cecil;

namespace Mana.Architecture.Tests;

/// <summary>No module reads or writes another module's schema (design section 4).</summary>
public sealed class SchemaTests
{
    [Fact]
    public void No_text_names_a_foreign_schema() => Wall.Holds("SQL that names another module's schema:", Compiled.Shipped.SelectMany(module =>
        Schemas.Foreign(Compiled.NameOf(module), Compiled.OurTypes(module).SelectMany(Compiled.Texts).Concat(EmbeddedSql(module)))));

    [Fact]
    public void No_model_maps_a_foreign_schema() => Wall.Holds("Entities outside their module's schema:", Contexts().SelectMany(context =>
        Schemas.ForeignTables(PartOf(context), Model(context).GetEntityTypes().Select(entity => (entity.DisplayName(), entity.GetSchema())))));

    [Fact]
    public void Every_model_has_its_migration() => Wall.Holds("Models that changed without a migration:",
        Contexts().Where(context => context.Database.HasPendingModelChanges()).Select(context => context.GetType().FullName!));

    [Fact]
    public void Every_instant_has_a_time_zone() => Wall.Holds("Columns that hold an instant without its zone:",
        from context in Contexts()
        from entity in Model(context).GetEntityTypes()
        from property in entity.GetProperties()
        where property.GetColumnType() is { } type && type.StartsWith("timestamp", StringComparison.Ordinal) && !type.StartsWith("timestamp with time zone", StringComparison.Ordinal) && type != "timestamptz"
        select $"{entity.DisplayName()}.{property.Name} is {property.GetColumnType()}");

    [Fact]
    public void Contexts_are_found() => Assert.True(Contexts().Count() >= 3);

    [Fact]
    public void Foreign_schemas_are_noticed()
    {
        var texts = Compiled.Sample("ForeignSql").SelectMany(Compiled.Texts);
        Wall.Notices(Schemas.Foreign("Sync", texts), "auth., which is Auth's: \"auth.users", "SELECT email FROM auth.users", "DELETE FROM \"auth\".\"sessions\"");
        Wall.Notices(Schemas.ForeignTables("Sync", [("ScopeRow", "sync"), ("UserRow", "auth"), ("LostRow", null)]), "UserRow", "LostRow");
    }

    static IEnumerable<string> EmbeddedSql(ModuleDefinition module) =>
        from resource in module.Resources.OfType<EmbeddedResource>()
        where resource.Name.EndsWith(".sql", StringComparison.Ordinal)
        select new StreamReader(resource.GetResourceStream()).ReadToEnd();

    static IEnumerable<DbContext> Contexts() =>
        from module in Compiled.Shipped
        from type in System.Reflection.Assembly.LoadFrom(module.FileName).GetTypes()
        where type.IsSubclassOf(typeof(DbContext)) && !type.IsAbstract
        select Create(type);

    /// <summary>Comparing models never connects.</summary>
    static DbContext Create(Type type)
    {
        var options = (DbContextOptionsBuilder)Activator.CreateInstance(typeof(DbContextOptionsBuilder<>).MakeGenericType(type))!;
        options.UseNpgsql("Host=nowhere.invalid");
        return (DbContext)Activator.CreateInstance(type, options.Options)!;
    }

    static IModel Model(DbContext context) => context.GetService<IDesignTimeModel>().Model;

    static string PartOf(DbContext context) => context.GetType().Assembly.GetName().Name!["Mana.".Length..];
}
