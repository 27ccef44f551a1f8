using System.Text;
using Mana.Auth.Contracts;
using Mana.Kernel.Privacy;
using Mana.Testing;
using Mana.Users.Tags;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Users.Tests.Privacy;

[Collection(nameof(UsersCollection))]
public sealed class ErasureTests(UsersFixture fixture)
{
    IPersonalData Users => fixture.Host.Services.GetServices<IPersonalData>().Single(part => part.Module == "users");

    async Task<ApiCaller> FilledAsync()
    {
        var person = await fixture.PersonAsync();
        await person.PatchAsync("settings/global", new { mark = person.UserId });
        var group = (await person.PostAsync("tag-groups", new { name = "G" })).Ok(201).Said("id");
        var tag = (await person.PostAsync("tags", new { name = "T", groupId = group })).Ok(201).Said("id");
        (await person.PostAsync("tag-links", new { tagId = tag, appId = "todo", entityId = "entity-1", entityType = "task" })).Ok(201);
        return person;
    }

    [Fact]
    public async Task An_erasure_takes_everything_and_nothing_of_others()
    {
        var (person, other) = (await FilledAsync(), await FilledAsync());
        Assert.Equal(4, await Users.CountAsync(person.UserId, default));
        await Users.EraseAsync(person.UserId, default);
        await Users.EraseAsync(person.UserId, default);
        Assert.Equal((0, 4), (await Users.CountAsync(person.UserId, default), await Users.CountAsync(other.UserId, default)));
    }

    [Fact]
    public async Task The_export_holds_everything_and_nothing_of_others()
    {
        var (person, other) = (await FilledAsync(), await FilledAsync());
        using var output = new MemoryStream();
        await Users.ExportAsync(person.UserId, output, default);
        var text = Encoding.UTF8.GetString(output.ToArray());
        foreach (var part in (string[])["\"settings\":", "\"tags\":[{", "\"tagGroups\":[{", "\"tagLinks\":[{", "entity-1", person.UserId])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"{other.UserId}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_stored_for_somebody_who_was_erased()
    {
        var person = await fixture.PersonAsync();
        fixture.Gone[person.UserId] = true;
        (await person.PatchAsync("settings/global", new { a = 1 })).Refused(404);
        (await person.PostAsync("tags", new { name = "T" })).Refused(404);
        (await person.PostAsync("tag-groups", new { name = "G" })).Refused(404);
        (await person.PostAsync("tags/defaults")).Refused(404);
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<NewPeople>().HandleAsync(new UserRegistered(person.UserId, default), new(Guid.NewGuid(), default, 1), default);
        Assert.Equal(0, await Users.CountAsync(person.UserId, default));
    }
}
